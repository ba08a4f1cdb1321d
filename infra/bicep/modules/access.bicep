// The permissions of the app's identity: four built-in roles with the narrowest possible scopes.

@description('The app\'s identity.')
param principalId string
param hostAccountName string
param dataAccountName string
param vaultName string
@description('All KEKs in use.')
param kekNames string[]
param insightsName string

var roleDefinition = 'Microsoft.Authorization/roleDefinitions'
var roles = {
  // The host's state: timer leases, host keys, the package. The host creates its containers.
  storageBlobDataOwner: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
  // Rows, and daily tables.
  storageTableDataContributor: '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
  // Read, wrap and unwrap.
  keyVaultCryptoServiceEncryptionUser: 'e147488a-f6f5-4113-8e2d-b22465e65bf6'
  // Telemetry.
  monitoringMetricsPublisher: '3913510d-42f4-4e42-8a64-420c390055eb'
}

resource hostAccount 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: hostAccountName
}

resource dataAccount 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: dataAccountName
}

resource vault 'Microsoft.KeyVault/vaults@2025-05-01' existing = {
  name: vaultName
}

resource keks 'Microsoft.KeyVault/vaults/keys@2025-05-01' existing = [
  for kek in kekNames: {
    parent: vault
    name: kek
  }
]

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: insightsName
}

resource hostState 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(hostAccount.id, principalId, roles.storageBlobDataOwner)
  scope: hostAccount
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(roleDefinition, roles.storageBlobDataOwner)
  }
}

resource rows 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(dataAccount.id, principalId, roles.storageTableDataContributor)
  scope: dataAccount
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(roleDefinition, roles.storageTableDataContributor)
  }
}

resource wrapping 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (kek, i) in kekNames: {
    name: guid(vault.id, kek, principalId, roles.keyVaultCryptoServiceEncryptionUser)
    scope: keks[i]
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId(roleDefinition, roles.keyVaultCryptoServiceEncryptionUser)
    }
  }
]

resource telemetry 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(insights.id, principalId, roles.monitoringMetricsPublisher)
  scope: insights
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(roleDefinition, roles.monitoringMetricsPublisher)
  }
}
