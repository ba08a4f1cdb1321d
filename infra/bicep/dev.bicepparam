// For experiments: small and cheap. Do not use it for keys that matter.
using 'main.bicep'

param environmentName = 'keyserver-dev'
param location = 'westeurope'
param scale = {
  memoryMB: 2048
  alwaysReady: 0
  maximumInstances: 5
  concurrency: 64
}
param dataRedundancy = 'Standard_LRS'
param kekSize = 2048
param vaultRecoveryDays = 7
param copies = false
param logQuotaGb = 1
