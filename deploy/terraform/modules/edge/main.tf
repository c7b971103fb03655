# CloudFront in front, the balancer behind it in private subnets: nothing of ours has a public address.

locals {
  host = trimprefix(var.public_url, "https://")
}

# --- TLS: one certificate at CloudFront, one at the balancer, for the same host ------------------------

resource "aws_acm_certificate" "front" {
  provider          = aws.us_east_1
  domain_name       = local.host
  validation_method = "DNS"

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_acm_certificate" "balancer" {
  domain_name       = local.host
  validation_method = "DNS"

  lifecycle {
    create_before_destroy = true
  }
}

# Both ask for the same record: it depends on account and name only.
resource "aws_route53_record" "proof" {
  for_each = {
    for option in aws_acm_certificate.front.domain_validation_options : option.domain_name => {
      name = option.resource_record_name, type = option.resource_record_type, value = option.resource_record_value
    }
  }
  zone_id         = var.zone_id
  name            = each.value.name
  type            = each.value.type
  records         = [each.value.value]
  ttl             = 300
  allow_overwrite = true
}

resource "aws_acm_certificate_validation" "front" {
  provider                = aws.us_east_1
  certificate_arn         = aws_acm_certificate.front.arn
  validation_record_fqdns = [for record in aws_route53_record.proof : record.fqdn]
}

resource "aws_acm_certificate_validation" "balancer" {
  certificate_arn         = aws_acm_certificate.balancer.arn
  validation_record_fqdns = [for record in aws_route53_record.proof : record.fqdn]
}

resource "aws_route53_record" "host" {
  for_each = toset(["A", "AAAA"])
  zone_id  = var.zone_id
  name     = local.host
  type     = each.key

  alias {
    name                   = aws_cloudfront_distribution.this.domain_name
    zone_id                = aws_cloudfront_distribution.this.hosted_zone_id
    evaluate_target_health = false
  }
}

# --- the balancer ----------------------------------------------------------------------------------------

resource "aws_lb" "this" {
  name                       = var.name
  internal                   = true
  load_balancer_type         = "application"
  subnets                    = var.subnet_ids
  security_groups            = [var.security_group_id]
  drop_invalid_header_fields = true
  enable_deletion_protection = var.protected
  # Twilio waits 15 s, a page's longest answer is an export's file.
  idle_timeout = 60

  # The last entry of X-Forwarded-For tells limits who asks. CloudFront writes it; the balancer would add CloudFront's
  # own address, and thousands of phones would be one.
  xff_header_processing_mode = "preserve"

  access_logs {
    bucket  = aws_s3_bucket.logs.bucket
    prefix  = "balancer"
    enabled = true
  }

  depends_on = [aws_s3_bucket_policy.logs]
}

resource "aws_lb_target_group" "web" {
  name        = var.name
  vpc_id      = var.vpc_id
  target_type = "ip"
  protocol    = "HTTP"
  port        = var.port

  # A process that is told to stop gets no new request for so long, and ends what it holds.
  deregistration_delay = 30

  health_check {
    path                = "/readyz"
    matcher             = "200"
    interval            = 10
    timeout             = 5
    healthy_threshold   = 2
    unhealthy_threshold = 3
  }
}

resource "aws_lb_listener" "https" {
  load_balancer_arn = aws_lb.this.arn
  port              = 443
  protocol          = "HTTPS"
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06"
  certificate_arn   = aws_acm_certificate_validation.balancer.certificate_arn

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.web.arn
  }
}

# --- CloudFront ------------------------------------------------------------------------------------------

data "aws_cloudfront_cache_policy" "by_headers" {
  name = "Managed-CachingOptimized"
}

data "aws_cloudfront_cache_policy" "never" {
  name = "Managed-CachingDisabled"
}

data "aws_cloudfront_origin_request_policy" "all" {
  name = "Managed-AllViewer"
}

resource "aws_cloudfront_vpc_origin" "balancer" {
  vpc_origin_endpoint_config {
    name                   = var.name
    arn                    = aws_lb.this.arn
    http_port              = 80
    https_port             = 443
    origin_protocol_policy = "https-only"

    origin_ssl_protocols {
      items    = ["TLSv1.2"]
      quantity = 1
    }
  }
}

resource "aws_cloudfront_distribution" "this" {
  #checkov:skip=CKV2_AWS_32:The service sets its own headers (webhooks/app_setup.py)
  #checkov:skip=CKV2_AWS_47:Log4j is in the set of known bad inputs; a list of anonymous addresses would shut out carriers
  #checkov:skip=CKV_AWS_86:The balancer's log has every request but those for files
  #checkov:skip=CKV_AWS_305:The service answers / itself
  #checkov:skip=CKV_AWS_310:There is one origin
  #checkov:skip=CKV_AWS_374:Visitors register from wherever they are
  enabled         = true
  is_ipv6_enabled = true
  comment         = var.name
  aliases         = [local.host]
  http_version    = "http2and3"
  price_class     = var.price_class
  web_acl_id      = aws_wafv2_web_acl.this.arn

  origin {
    origin_id   = "balancer"
    domain_name = aws_lb.this.dns_name

    vpc_origin_config {
      vpc_origin_id            = aws_cloudfront_vpc_origin.balancer.id
      origin_read_timeout      = 60
      origin_keepalive_timeout = 60
    }
  }

  # Everything that may be somebody's: pages, forms, pictures of passes, webhooks, the API. They say no-store or
  # private themselves; here nothing of them is kept, whatever they say.
  default_cache_behavior {
    target_origin_id         = "balancer"
    viewer_protocol_policy   = "redirect-to-https"
    allowed_methods          = ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"]
    cached_methods           = ["GET", "HEAD"]
    compress                 = true
    cache_policy_id          = data.aws_cloudfront_cache_policy.never.id
    origin_request_policy_id = data.aws_cloudfront_origin_request_policy.all.id
  }

  # Files of pages, under an address that holds their digest: the same for everybody, for a year.
  ordered_cache_behavior {
    path_pattern           = "/assets/*"
    target_origin_id       = "balancer"
    viewer_protocol_policy = "redirect-to-https"
    allowed_methods        = ["GET", "HEAD"]
    cached_methods         = ["GET", "HEAD"]
    compress               = true
    cache_policy_id        = data.aws_cloudfront_cache_policy.by_headers.id
    # Only the host, without which the balancer's certificate does not fit; no cookie, so no answer is somebody's.
    origin_request_policy_id = aws_cloudfront_origin_request_policy.host.id
  }

  restrictions {
    geo_restriction {
      restriction_type = "none"
    }
  }

  viewer_certificate {
    acm_certificate_arn      = aws_acm_certificate_validation.front.certificate_arn
    ssl_support_method       = "sni-only"
    minimum_protocol_version = "TLSv1.2_2021"
  }
}

resource "aws_cloudfront_origin_request_policy" "host" {
  name = "${var.name}-host"

  cookies_config {
    cookie_behavior = "none"
  }

  headers_config {
    header_behavior = "whitelist"

    headers {
      items = ["Host"]
    }
  }

  query_strings_config {
    query_string_behavior = "none"
  }
}
