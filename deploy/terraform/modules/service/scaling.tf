# web by its processor time; workers by how long the oldest message waits, which the clock has published every minute.

resource "aws_appautoscaling_target" "web" {
  service_namespace  = "ecs"
  resource_id        = "service/${aws_ecs_cluster.this.name}/${aws_ecs_service.this["web"].name}"
  scalable_dimension = "ecs:service:DesiredCount"
  min_capacity       = var.web.least
  max_capacity       = var.web.most
}

resource "aws_appautoscaling_policy" "web" {
  name               = "processor-time"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.web.service_namespace
  resource_id        = aws_appautoscaling_target.web.resource_id
  scalable_dimension = aws_appautoscaling_target.web.scalable_dimension

  target_tracking_scaling_policy_configuration {
    # Low: a crowd comes within a minute, a new task takes one to two.
    target_value       = 50
    scale_out_cooldown = 30
    scale_in_cooldown  = 600

    predefined_metric_specification {
      predefined_metric_type = "ECSServiceAverageCPUUtilization"
    }
  }
}

resource "aws_appautoscaling_target" "worker" {
  service_namespace  = "ecs"
  resource_id        = "service/${aws_ecs_cluster.this.name}/${aws_ecs_service.this["worker"].name}"
  scalable_dimension = "ecs:service:DesiredCount"
  min_capacity       = var.worker.least
  max_capacity       = var.worker.most
}

resource "aws_appautoscaling_policy" "more_workers" {
  name               = "messages-wait"
  policy_type        = "StepScaling"
  service_namespace  = aws_appautoscaling_target.worker.service_namespace
  resource_id        = aws_appautoscaling_target.worker.resource_id
  scalable_dimension = aws_appautoscaling_target.worker.scalable_dimension

  step_scaling_policy_configuration {
    adjustment_type         = "ChangeInCapacity"
    cooldown                = 60
    metric_aggregation_type = "Maximum"

    step_adjustment {
      metric_interval_lower_bound = 0
      metric_interval_upper_bound = 60
      scaling_adjustment          = 1
    }

    step_adjustment {
      metric_interval_lower_bound = 60
      scaling_adjustment          = 3
    }
  }
}

resource "aws_appautoscaling_policy" "fewer_workers" {
  name               = "nothing-waits"
  policy_type        = "StepScaling"
  service_namespace  = aws_appautoscaling_target.worker.service_namespace
  resource_id        = aws_appautoscaling_target.worker.resource_id
  scalable_dimension = aws_appautoscaling_target.worker.scalable_dimension

  step_scaling_policy_configuration {
    adjustment_type         = "ChangeInCapacity"
    cooldown                = 300
    metric_aggregation_type = "Maximum"

    step_adjustment {
      metric_interval_upper_bound = 0
      scaling_adjustment          = -1
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "messages_wait" {
  alarm_name          = "${var.name}-more-workers"
  alarm_description   = "The oldest message that could leave waits for longer than 20 s: workers are added."
  namespace           = var.name
  metric_name         = "OutboxAgeSeconds"
  statistic           = "Maximum"
  period              = 60
  evaluation_periods  = 1
  threshold           = 20
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_appautoscaling_policy.more_workers.arn]
}

resource "aws_cloudwatch_metric_alarm" "nothing_waits" {
  alarm_name          = "${var.name}-fewer-workers"
  alarm_description   = "For 15 minutes no message has waited for 5 s: workers are taken away."
  namespace           = var.name
  metric_name         = "OutboxAgeSeconds"
  statistic           = "Maximum"
  period              = 60
  evaluation_periods  = 15
  threshold           = 5
  comparison_operator = "LessThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_appautoscaling_policy.fewer_workers.arn]
}
