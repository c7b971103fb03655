# One key for all that is kept, and the secrets. Terraform makes the values that nobody needs to know, by write-only
# arguments, so that they stand in no state; those that come from elsewhere are put in by hand (docs/aws.md).

data "aws_caller_identity" "me" {}

data "aws_region" "here" {}

data "aws_partition" "here" {}

data "aws_iam_policy_document" "key" {
  #checkov:skip=CKV_AWS_109:A key's own policy speaks of that key alone, and gives it to the account, as AWS asks for
  #checkov:skip=CKV_AWS_111:A key's own policy speaks of that key alone, and gives it to the account, as AWS asks for
  #checkov:skip=CKV_AWS_356:A key's own policy speaks of that key alone, and gives it to the account, as AWS asks for
  # The account itself decides who may use the key, by its roles' policies.
  statement {
    sid       = "Account"
    actions   = ["kms:*"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:${data.aws_partition.here.partition}:iam::${data.aws_caller_identity.me.account_id}:root"]
    }
  }

  statement {
    sid       = "Logs"
    actions   = ["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"]
    resources = ["*"]

    principals {
      type        = "Service"
      identifiers = ["logs.${data.aws_region.here.region}.amazonaws.com"]
    }

    condition {
      test     = "ArnLike"
      variable = "kms:EncryptionContext:aws:logs:arn"
      values = [
        "arn:${data.aws_partition.here.partition}:logs:${data.aws_region.here.region}:${data.aws_caller_identity.me.account_id}:log-group:/${var.name}/*",
      ]
    }
  }

  statement {
    sid       = "Alarms"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey*"]
    resources = ["*"]

    principals {
      type        = "Service"
      identifiers = ["cloudwatch.amazonaws.com", "budgets.amazonaws.com"]
    }
  }
}

resource "aws_kms_key" "this" {
  description             = "${var.name}: data, logs, secrets, backups"
  enable_key_rotation     = true
  deletion_window_in_days = 30
  policy                  = data.aws_iam_policy_document.key.json
}

resource "aws_kms_alias" "this" {
  name          = "alias/${var.name}"
  target_key_id = aws_kms_key.this.key_id
}

# --- made here -----------------------------------------------------------------------------------------

ephemeral "aws_secretsmanager_random_password" "made" {
  for_each            = local.made
  password_length     = 48
  exclude_punctuation = true
}

locals {
  made = toset(["database_password", "secret_key", "metrics_token"])
}

resource "aws_secretsmanager_secret" "made" {
  #checkov:skip=CKV2_AWS_57:Made anew by secret_versions, when somebody can watch the restart
  for_each                = local.made
  name                    = "${var.name}/${each.key}"
  kms_key_id              = aws_kms_key.this.arn
  recovery_window_in_days = 30
}

resource "aws_secretsmanager_secret_version" "made" {
  for_each                 = local.made
  secret_id                = aws_secretsmanager_secret.made[each.key].id
  secret_string_wo         = ephemeral.aws_secretsmanager_random_password.made[each.key].random_password
  secret_string_wo_version = var.versions[each.key]
}

# --- put in by hand --------------------------------------------------------------------------------------

resource "aws_secretsmanager_secret" "given" {
  #checkov:skip=CKV2_AWS_57:Others make these: Twilio, Sentry
  for_each                = var.given
  name                    = "${var.name}/${each.key}"
  kms_key_id              = aws_kms_key.this.arn
  recovery_window_in_days = 30
}
