# What somebody must hear of, by mail or whatever else listens to the topic. docs/runbook.md says what to do at each.

resource "aws_sns_topic" "this" {
  name              = "${var.name}-alarms"
  kms_master_key_id = var.kms_key_arn
}

data "aws_iam_policy_document" "topic" {
  statement {
    actions   = ["sns:Publish"]
    resources = [aws_sns_topic.this.arn]

    principals {
      type        = "Service"
      identifiers = ["cloudwatch.amazonaws.com", "budgets.amazonaws.com"]
    }
  }
}

resource "aws_sns_topic_policy" "this" {
  arn    = aws_sns_topic.this.arn
  policy = data.aws_iam_policy_document.topic.json
}

resource "aws_sns_topic_subscription" "mail" {
  for_each  = var.mails
  topic_arn = aws_sns_topic.this.arn
  protocol  = "email"
  endpoint  = each.key
}

locals {
  balancer = { LoadBalancer = var.balancer }

  alarms = {
    answers_5xx = {
      description = "More answers of web than usual are errors of ours (5xx)."
      namespace   = "AWS/ApplicationELB", metric = "HTTPCode_Target_5XX_Count", dimensions = local.balancer
      statistic   = "Sum", period = 60, times = 3, over = var.most_errors_a_minute, missing = "notBreaching"
    }
    balancer_5xx = {
      description = "The balancer finds no web that answers."
      namespace   = "AWS/ApplicationELB", metric = "HTTPCode_ELB_5XX_Count", dimensions = local.balancer
      statistic   = "Sum", period = 60, times = 2, over = 5, missing = "notBreaching"
    }
    slow_answers = {
      description = "1 of 100 answers takes longer than 3 s. Twilio gives up at 15."
      namespace   = "AWS/ApplicationELB", metric = "TargetResponseTime", dimensions = local.balancer
      statistic   = "p99", period = 60, times = 5, over = 3, missing = "notBreaching"
    }
    unhealthy_web = {
      description = "A web task is not ready."
      namespace   = "AWS/ApplicationELB", metric = "UnHealthyHostCount"
      dimensions  = { LoadBalancer = var.balancer, TargetGroup = var.target_group }
      statistic   = "Maximum", period = 60, times = 5, over = 0, missing = "notBreaching"
    }
    messages_wait = {
      description = "A message that could leave waits for longer than a minute; missing: neither clock nor worker lives."
      namespace   = var.name, metric = "OutboxAgeSeconds", dimensions = {}
      statistic   = "Maximum", period = 60, times = 5, over = 60, missing = "breaching"
    }
    silence = {
      description = "Nothing has come in for SILENCE_MINUTES of an open event's hours."
      namespace   = var.name, metric = "SilentMinutes", dimensions = {}
      statistic   = "Maximum", period = 60, times = 1, over = 0, missing = "notBreaching"
    }
    database_connections = {
      description = "The database has few connections left."
      namespace   = "AWS/RDS", metric = "DatabaseConnections", dimensions = { DBInstanceIdentifier = var.database_identifier }
      statistic   = "Maximum", period = 60, times = 3, over = var.most_connections, missing = "breaching"
    }
    database_processor = {
      description = "The database's processor is busy for 10 minutes."
      namespace   = "AWS/RDS", metric = "CPUUtilization", dimensions = { DBInstanceIdentifier = var.database_identifier }
      statistic   = "Average", period = 60, times = 10, over = 80, missing = "breaching"
    }
  }

  redis_alarms = merge([
    for node in var.redis_cluster_ids : {
      "replica_lag/${node}"  = { node = node, metric = "ReplicationLag", over = 5, description = "The replica of Valkey is behind: a failover would lose what it has not heard." }
      "redis_memory/${node}" = { node = node, metric = "DatabaseMemoryUsagePercentage", over = 75, description = "Valkey is nearly full; at 100 it refuses to write." }
    }
  ]...)
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each            = local.alarms
  alarm_name          = "${var.name}-${replace(each.key, "_", "-")}"
  alarm_description   = "${each.value.description} docs/runbook.md, alert ${each.key}."
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = startswith(each.value.statistic, "p") ? null : each.value.statistic
  extended_statistic  = startswith(each.value.statistic, "p") ? each.value.statistic : null
  period              = each.value.period
  evaluation_periods  = each.value.times
  threshold           = each.value.over
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = each.value.missing
  alarm_actions       = [aws_sns_topic.this.arn]
  ok_actions          = [aws_sns_topic.this.arn]
}

resource "aws_cloudwatch_metric_alarm" "database_disk" {
  alarm_name          = "${var.name}-database-disk"
  alarm_description   = "Less than 5 GiB of the database's disk are left. docs/runbook.md, alert database_disk."
  namespace           = "AWS/RDS"
  metric_name         = "FreeStorageSpace"
  dimensions          = { DBInstanceIdentifier = var.database_identifier }
  statistic           = "Minimum"
  period              = 300
  evaluation_periods  = 1
  threshold           = 5 * 1024 * 1024 * 1024
  comparison_operator = "LessThanThreshold"
  treat_missing_data  = "breaching"
  alarm_actions       = [aws_sns_topic.this.arn]
  ok_actions          = [aws_sns_topic.this.arn]
}

resource "aws_cloudwatch_metric_alarm" "redis" {
  for_each            = local.redis_alarms
  alarm_name          = "${var.name}-${replace(replace(each.key, "_", "-"), "/", "-")}"
  alarm_description   = "${each.value.description} docs/runbook.md, alert ${split("/", each.key)[0]}."
  namespace           = "AWS/ElastiCache"
  metric_name         = each.value.metric
  dimensions          = { CacheClusterId = each.value.node }
  statistic           = "Maximum"
  period              = 60
  evaluation_periods  = 5
  threshold           = each.value.over
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.this.arn]
  ok_actions          = [aws_sns_topic.this.arn]
}

resource "aws_budgets_budget" "this" {
  name         = var.name
  budget_type  = "COST"
  time_unit    = "MONTHLY"
  limit_amount = tostring(var.dollars_a_month)
  limit_unit   = "USD"

  notification {
    comparison_operator       = "GREATER_THAN"
    notification_type         = "FORECASTED"
    threshold                 = 100
    threshold_type            = "PERCENTAGE"
    subscriber_sns_topic_arns = [aws_sns_topic.this.arn]
  }
}
