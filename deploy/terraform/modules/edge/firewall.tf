# The firewall stops floods and known attacks. It must not stop Twilio, whose doors are signed and get all messages
# from a few addresses, nor the gates' scanners, nor thousands of phones behind one address of a mobile carrier.

resource "aws_wafv2_web_acl" "this" {
  #checkov:skip=CKV2_AWS_31:Its log would keep addresses together with the links of passes
  provider    = aws.us_east_1
  name        = var.name
  description = "${var.name}: floods and known attacks"
  scope       = "CLOUDFRONT"

  default_action {
    allow {}
  }

  # Signed by Twilio, or with a scanner's token: the service itself limits these (50 scans a second from a device).
  rule {
    name     = "doors-that-know-their-callers"
    priority = 0

    action {
      allow {}
    }

    statement {
      or_statement {
        dynamic "statement" {
          for_each = ["/webhooks/twilio/", "/api/v1/"]

          content {
            byte_match_statement {
              search_string         = statement.value
              positional_constraint = "STARTS_WITH"

              field_to_match {
                uri_path {}
              }

              text_transformation {
                priority = 0
                type     = "NONE"
              }
            }
          }
        }
      }
    }

    visibility_config {
      cloudwatch_metrics_enabled = true
      metric_name                = "${var.name}-signed"
      sampled_requests_enabled   = false
    }
  }

  rule {
    name     = "flood-from-one-address"
    priority = 1

    action {
      block {
        custom_response {
          response_code = 429

          response_header {
            name  = "Retry-After"
            value = "300"
          }
        }
      }
    }

    statement {
      rate_based_statement {
        limit                 = var.requests_per_address
        evaluation_window_sec = 300
        aggregate_key_type    = "IP"
      }
    }

    visibility_config {
      cloudwatch_metrics_enabled = true
      metric_name                = "${var.name}-flood"
      sampled_requests_enabled   = false
    }
  }

  # AWS' common set is not here: it blocks long bodies (spreadsheets, signatures) and judges what people type as names.
  rule {
    name     = "known-attacks"
    priority = 2

    override_action {
      none {}
    }

    statement {
      managed_rule_group_statement {
        vendor_name = "AWS"
        name        = "AWSManagedRulesKnownBadInputsRuleSet"
      }
    }

    visibility_config {
      cloudwatch_metrics_enabled = true
      metric_name                = "${var.name}-known-attacks"
      sampled_requests_enabled   = false
    }
  }

  visibility_config {
    cloudwatch_metrics_enabled = true
    metric_name                = var.name
    # Samples would keep addresses with the links of passes in them.
    sampled_requests_enabled = false
  }
}
