# What GitHub Actions may do here, without a stored key: each workflow's token is exchanged for one of three roles.

data "aws_caller_identity" "me" {}

data "aws_partition" "here" {}

resource "aws_iam_openid_connect_provider" "github" {
  count          = var.make_provider ? 1 : 0
  url            = "https://token.actions.githubusercontent.com"
  client_id_list = ["sts.amazonaws.com"]
}

locals {
  issuer   = "token.actions.githubusercontent.com"
  provider = "arn:${data.aws_partition.here.partition}:iam::${data.aws_caller_identity.me.account_id}:oidc-provider/${local.issuer}"

  # Whom each role believes: runs of this repository alone, and for what changes something only those of an environment,
  # which GitHub lets begin after somebody's approval.
  subjects = {
    plan  = ["repo:${var.repository}:pull_request", "repo:${var.repository}:ref:refs/heads/main"]
    build = ["repo:${var.repository}:ref:refs/heads/main"]
    apply = ["repo:${var.repository}:environment:${var.environment}"]
  }
}

data "aws_iam_policy_document" "trust" {
  #checkov:skip=CKV_AWS_358:The claims stand in local.subjects, which is not followed; each begins with the repository
  for_each = local.subjects

  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]

    principals {
      type        = "Federated"
      identifiers = [local.provider]
    }

    condition {
      test     = "StringEquals"
      variable = "${local.issuer}:aud"
      values   = ["sts.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "${local.issuer}:sub"
      values   = each.value
    }
  }
}

resource "aws_iam_role" "this" {
  for_each             = local.subjects
  name                 = "${var.name}-github-${each.key}"
  assume_role_policy   = data.aws_iam_policy_document.trust[each.key].json
  max_session_duration = each.key == "apply" ? 7200 : 3600
  depends_on           = [aws_iam_openid_connect_provider.github]
}

# --- plan: look, and read the state ----------------------------------------------------------------------

resource "aws_iam_role_policy_attachment" "read" {
  role       = aws_iam_role.this["plan"].name
  policy_arn = "arn:${data.aws_partition.here.partition}:iam::aws:policy/ReadOnlyAccess"
}

data "aws_iam_policy_document" "plan" {
  # Terraform hands the database's password on at every plan, without keeping it; alone it opens nothing from outside.
  statement {
    sid       = "PasswordToHandOn"
    actions   = ["secretsmanager:GetSecretValue"]
    resources = [var.database_password_arn]
  }

  statement {
    sid       = "Key"
    actions   = ["kms:Decrypt"]
    resources = [var.kms_key_arn]
  }

  # AWS gives this action no resource.
  statement {
    sid       = "PasswordToThrowAway"
    actions   = ["secretsmanager:GetRandomPassword"]
    resources = ["*"]
  }

  statement {
    sid           = "NoOtherSecret"
    effect        = "Deny"
    actions       = ["secretsmanager:GetSecretValue"]
    not_resources = [var.database_password_arn]
  }

  statement {
    sid       = "NothingOfPeople"
    effect    = "Deny"
    actions   = ["logs:GetLogEvents", "logs:FilterLogEvents", "logs:StartQuery"]
    resources = ["*"]
  }

  statement {
    sid       = "NoBackups"
    effect    = "Deny"
    actions   = ["s3:GetObject"]
    resources = ["${var.backups_bucket_arn}/*"]
  }
}

resource "aws_iam_role_policy" "plan" {
  name   = "plan"
  role   = aws_iam_role.this["plan"].id
  policy = data.aws_iam_policy_document.plan.json
}

# --- build: push an image, and read what its scan found ----------------------------------------------------

data "aws_iam_policy_document" "build" {
  # AWS gives this action no resource.
  statement {
    sid       = "SignIn"
    actions   = ["ecr:GetAuthorizationToken"]
    resources = ["*"]
  }

  statement {
    sid = "Push"
    actions = [
      "ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:CompleteLayerUpload", "ecr:DescribeImages",
      "ecr:DescribeImageScanFindings", "ecr:GetDownloadUrlForLayer", "ecr:InitiateLayerUpload", "ecr:PutImage",
      "ecr:UploadLayerPart",
    ]
    resources = [var.repository_arn]
  }

  statement {
    sid       = "Key"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [var.kms_key_arn]
  }
}

resource "aws_iam_role_policy" "build" {
  name   = "build"
  role   = aws_iam_role.this["build"].id
  policy = data.aws_iam_policy_document.build.json
}

# --- apply: all of this stack --------------------------------------------------------------------------------
# Terraform makes roles, keys and networks, so no short list would hold it: what holds it is the environment's
# approval, and that it can neither take its own limits off nor touch any but these services. What this module makes is
# therefore applied by hand, by an administrator (docs/aws.md).

data "aws_iam_policy_document" "apply" {
  #checkov:skip=CKV_AWS_107:Terraform makes roles, keys and networks: an environment's approval and NotItsOwnLimits hold this role
  #checkov:skip=CKV_AWS_108:Terraform makes roles, keys and networks: an environment's approval and NotItsOwnLimits hold this role
  #checkov:skip=CKV_AWS_109:Terraform makes roles, keys and networks: an environment's approval and NotItsOwnLimits hold this role
  #checkov:skip=CKV_AWS_111:Terraform makes roles, keys and networks: an environment's approval and NotItsOwnLimits hold this role
  #checkov:skip=CKV_AWS_356:Terraform makes roles, keys and networks: an environment's approval and NotItsOwnLimits hold this role
  statement {
    sid = "ServicesOfTheStack"
    actions = [
      "acm:*", "application-autoscaling:*", "budgets:*", "cloudfront:*", "cloudwatch:*", "ec2:*", "ecr:*", "ecs:*",
      "elasticache:*", "elasticloadbalancing:*", "kms:*", "logs:*", "rds:*", "route53:*", "s3:*", "secretsmanager:*",
      "sns:*", "sts:GetCallerIdentity", "wafv2:*",
    ]
    resources = ["*"]
  }

  statement {
    sid = "RolesOfTheStack"
    actions = [
      "iam:AttachRolePolicy", "iam:CreateRole", "iam:DeleteRole", "iam:DeleteRolePolicy", "iam:DetachRolePolicy",
      "iam:GetRole", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies", "iam:ListInstanceProfilesForRole",
      "iam:ListRolePolicies", "iam:PassRole", "iam:PutRolePolicy", "iam:TagRole", "iam:UpdateAssumeRolePolicy",
    ]
    resources = ["arn:${data.aws_partition.here.partition}:iam::${data.aws_caller_identity.me.account_id}:role/${var.name}-*"]
  }

  statement {
    sid       = "LookAtRoles"
    actions   = ["iam:GetOpenIDConnectProvider", "iam:GetPolicy", "iam:GetPolicyVersion", "iam:ListOpenIDConnectProviders"]
    resources = ["*"]
  }

  statement {
    sid       = "NotItsOwnLimits"
    effect    = "Deny"
    actions   = ["iam:AttachRolePolicy", "iam:DeleteRolePolicy", "iam:DetachRolePolicy", "iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy"]
    resources = ["arn:${data.aws_partition.here.partition}:iam::${data.aws_caller_identity.me.account_id}:role/${var.name}-github-*"]
  }
}

resource "aws_iam_role_policy" "apply" {
  name   = "apply"
  role   = aws_iam_role.this["apply"].id
  policy = data.aws_iam_policy_document.apply.json
}
