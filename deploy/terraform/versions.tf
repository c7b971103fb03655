terraform {
  # Write-only arguments keep passwords out of the state: they came with 1.11.
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
      # CloudFront's certificate and firewall live in us-east-1 only, whatever the region of the rest.
      configuration_aliases = [aws.us_east_1]
    }
  }
}
