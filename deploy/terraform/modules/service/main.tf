# The processes of the Procfile on Fargate: web, worker and clock as services, release as a task that runs to its end
# before they get a new image.

data "aws_region" "here" {}

locals {
  processes = {
    web = {
      command = ["gunicorn", "--config", "webhooks/server.py", "webhooks.wsgi:app"]
      cpu     = var.web.cpu
      memory  = var.web.memory
      # gunicorn gives what it holds 15 s (webhooks/server.py).
      stop_seconds = 30
      # Two processes a virtual processor, each with 32 threads: one goes on while the other has Python's lock.
      own = { WEB_CONCURRENCY = tostring(max(2, var.web.cpu / 512)) }
    }
    worker = {
      command = ["python", "-m", "bot.jobs.worker"]
      cpu     = var.worker.cpu
      memory  = var.worker.memory
      # A call to Twilio takes 40 s at most, any other job as long: longer than our longest stop.
      stop_seconds = 90
      own          = { WORKERS = tostring(var.worker.processes) }
    }
    clock = {
      command      = ["python", "-m", "bot.jobs.clock"]
      cpu          = 256
      memory       = 512
      stop_seconds = 30
      own          = {}
    }
    release = {
      command      = ["python", "-m", "admin_cli", "db", "upgrade"]
      cpu          = 512
      memory       = 1024
      stop_seconds = 120
      own          = {}
    }
  }

  # What run-task reads, here and in deploy.yml.
  run_task = {
    AWS_REGION      = data.aws_region.here.region
    CLUSTER         = aws_ecs_cluster.this.name
    TASK_DEFINITION = aws_ecs_task_definition.this["release"].arn
    LOG_GROUP       = aws_cloudwatch_log_group.this["release"].name
    SUBNETS         = join(",", var.subnet_ids)
    SECURITY_GROUP  = var.security_group_id
  }

  service_names = toset(["web", "worker", "clock"])
}

resource "aws_ecs_cluster" "this" {
  name = var.name

  setting {
    name  = "containerInsights"
    value = "enabled"
  }
}

resource "aws_ecs_cluster_capacity_providers" "this" {
  cluster_name       = aws_ecs_cluster.this.name
  capacity_providers = ["FARGATE"]
}

resource "aws_cloudwatch_log_group" "this" {
  #checkov:skip=CKV_AWS_338:Logs are for finding what broke; nothing of people is kept for longer than needed
  for_each          = local.processes
  name              = "/${var.name}/${each.key}"
  retention_in_days = var.log_days
  kms_key_id        = var.kms_key_arn
}

resource "aws_ecs_task_definition" "this" {
  for_each                 = local.processes
  family                   = "${var.name}-${each.key}"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = each.value.cpu
  memory                   = each.value.memory
  execution_role_arn       = aws_iam_role.execution.arn
  task_role_arn            = aws_iam_role.task.arn

  runtime_platform {
    operating_system_family = "LINUX"
    cpu_architecture        = var.architecture
  }

  # The only place that is written to. The image declares it, so that it belongs to the process' user.
  volume {
    name = "tmp"
  }

  container_definitions = jsonencode([{
    name                   = each.key
    image                  = var.image
    command                = each.value.command
    essential              = true
    readonlyRootFilesystem = true
    stopTimeout            = each.value.stop_seconds
    environment            = [for name, value in merge(local.settings, each.value.own) : { name = name, value = value } if value != ""]
    secrets                = [for name, arn in local.secrets : { name = name, valueFrom = arn }]
    mountPoints            = [{ sourceVolume = "tmp", containerPath = "/tmp", readOnly = false }]
    portMappings           = each.key == "web" ? [{ containerPort = var.port, protocol = "tcp" }] : []
    linuxParameters        = { initProcessEnabled = true }

    # The others have no door to ask at: one of those that dies ends its task.
    healthCheck = each.key != "web" ? null : {
      command     = ["CMD", "python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:${var.port}/healthz', timeout=4)"]
      interval    = 15
      timeout     = 5
      retries     = 3
      startPeriod = 60
    }

    logConfiguration = {
      logDriver = "awslogs"
      options = {
        awslogs-group         = aws_cloudwatch_log_group.this[each.key].name
        awslogs-region        = data.aws_region.here.region
        awslogs-stream-prefix = each.key
        mode                  = "non-blocking"
        max-buffer-size       = "8m"
      }
    }
  }])
}

# --- migrations first -------------------------------------------------------------------------------------
# New tables before new code; old code runs on them meanwhile (CONTRIBUTING.md). Where the migration fails, the
# services stay as they are.

resource "terraform_data" "release" {
  triggers_replace = [aws_ecs_task_definition.this["release"].arn]

  provisioner "local-exec" {
    command     = "${path.module}/run-task"
    environment = local.run_task
  }

  depends_on = [
    aws_iam_role_policy.execution, aws_iam_role_policy.task, aws_ecs_cluster_capacity_providers.this,
  ]
}

resource "aws_ecs_service" "this" {
  for_each        = local.service_names
  name            = each.key
  cluster         = aws_ecs_cluster.this.id
  task_definition = aws_ecs_task_definition.this[each.key].arn
  launch_type     = "FARGATE"
  desired_count   = { web = var.web.least, worker = var.worker.least, clock = 1 }[each.key]
  propagate_tags  = "SERVICE"

  # New ones beside the old, then the old go: never fewer than were wanted. Two clocks overlap and do no harm.
  deployment_minimum_healthy_percent = 100
  deployment_maximum_percent         = 200
  wait_for_steady_state              = true

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  health_check_grace_period_seconds = each.key == "web" ? 60 : null

  network_configuration {
    subnets          = var.subnet_ids
    security_groups  = [var.security_group_id]
    assign_public_ip = false
  }

  dynamic "load_balancer" {
    for_each = each.key == "web" ? [var.target_group_arn] : []

    content {
      target_group_arn = load_balancer.value
      container_name   = "web"
      container_port   = var.port
    }
  }

  # Autoscaling changes it.
  lifecycle {
    ignore_changes = [desired_count]
  }

  depends_on = [terraform_data.release]
}
