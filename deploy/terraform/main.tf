# Pravesh on AWS: one stack of everything. docs/aws.md says how to set it up; examples/ have two sizes.

locals {
  port = 8000
}

module "network" {
  source      = "./modules/network"
  name        = var.name
  cidr        = var.cidr
  zones       = var.zones
  one_way_out = var.one_way_out
  port        = local.port
}

module "secrets" {
  source   = "./modules/secrets"
  name     = var.name
  given    = var.given_secrets
  versions = var.secret_versions
}

module "data" {
  source                     = "./modules/data"
  name                       = var.name
  subnet_ids                 = module.network.data_subnet_ids
  database_security_group_id = module.network.database_security_group_id
  redis_security_group_id    = module.network.redis_security_group_id
  kms_key_arn                = module.secrets.kms_key_arn
  password_secret_arn        = module.secrets.arns["database_password"]
  password_version           = module.secrets.database_password_version
  postgres_version           = var.postgres_version
  database_class             = var.database_class
  database_gigabytes         = var.database_gigabytes
  database_standby           = var.database_standby
  redis_class                = var.redis_class
  redis_replicas             = var.redis_replicas
  backup_days                = var.backup_days
  protected                  = var.protected
}

module "edge" {
  source               = "./modules/edge"
  name                 = var.name
  public_url           = var.public_url
  zone_id              = var.zone_id
  vpc_id               = module.network.vpc_id
  subnet_ids           = module.network.private_subnet_ids
  security_group_id    = module.network.balancer_security_group_id
  port                 = local.port
  price_class          = var.price_class
  requests_per_address = var.requests_per_address
  protected            = var.protected

  providers = {
    aws           = aws
    aws.us_east_1 = aws.us_east_1
  }
}

module "service" {
  source             = "./modules/service"
  name               = var.name
  image              = var.image
  architecture       = var.architecture
  subnet_ids         = module.network.private_subnet_ids
  security_group_id  = module.network.service_security_group_id
  target_group_arn   = module.edge.target_group_arn
  port               = local.port
  public_url         = var.public_url
  database_url       = module.data.database_url
  redis_url          = module.data.redis_url
  secret_arns        = module.secrets.arns
  kms_key_arn        = module.secrets.kms_key_arn
  backups_bucket_arn = module.data.backups_bucket_arn
  settings           = var.settings
  web                = var.web
  worker             = var.worker
  log_days           = var.log_days
}

module "alarms" {
  source               = "./modules/alarms"
  name                 = var.name
  mails                = var.alarm_mails
  balancer             = module.edge.balancer
  target_group         = module.edge.target_group
  database_identifier  = module.data.database_identifier
  redis_cluster_ids    = module.data.redis_cluster_ids
  most_errors_a_minute = var.most_errors_a_minute
  most_connections     = var.most_connections
  dollars_a_month      = var.dollars_a_month
  kms_key_arn          = module.secrets.kms_key_arn
}

module "github" {
  count                 = var.github == null ? 0 : 1
  source                = "./modules/github"
  name                  = var.name
  repository            = var.github.repository
  environment           = var.github.environment
  make_provider         = var.github.make_provider
  repository_arn        = module.service.repository_arn
  backups_bucket_arn    = module.data.backups_bucket_arn
  kms_key_arn           = module.secrets.kms_key_arn
  database_password_arn = module.secrets.arns["database_password"]
}
