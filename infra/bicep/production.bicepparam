// For production. Read docs/DEPLOYMENT.md first. Host name, runbook address and e-mail are examples.
using 'main.bicep'

param environmentName = 'keyserver-prod'
param location = 'westeurope'
param hostName = 'keys.example.com'
param bindHostName = false // true once the DNS records exist
param keyringFingerprint = '' // after the first start
param scale = {
  memoryMB: 2048
  alwaysReady: 2
  maximumInstances: 100
  concurrency: 100
}
param zoneRedundant = true
param dataRedundancy = 'Standard_GZRS'
param hsm = true
param kekSize = 3072
param vaultRecoveryDays = 90
param privateNetwork = true
param deleteLocks = true
param logRetentionDays = 90
param logQuotaGb = 20
param alertEmails = ['operators@example.com']
param runbooks = 'https://github.com/OWNER/REPOSITORY/blob/main/docs/OPERATIONS.md'
param settings = {
  securityContact: 'mailto:security@example.com'
  replay: 'Procedures'
  accessLogIpAddresses: 'Truncated'
}
