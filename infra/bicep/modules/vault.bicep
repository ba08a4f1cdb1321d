// The vault and the key-encryption keys. The vault never gives a private half away; the app may wrap and unwrap.

@minLength(3)
@maxLength(24)
param name string
param location string
param tags object
@description('Names of KEKs; the last one is used, the others only open what they wrapped. A key that exists is left as it is.')
@minLength(1)
param kekNames string[]
@description('RSA-HSM: made and kept in a hardware module, by the vault\'s premium tier.')
param hsm bool
@allowed([2048, 3072, 4096])
param keySize int
@description('Days that a version lives before it expires. It is replaced 30 days earlier.')
@minValue(60)
@maxValue(1095)
param keyDays int
@description('When the first version expires, in seconds since 1970.')
param keyExpiry int = dateTimeToEpoch(dateTimeAdd(utcNow(), 'P${keyDays}D'))
@description('Days that a deleted vault or key can be brought back. Nobody can shorten them later, nor skip them.')
@minValue(7)
@maxValue(90)
param recoveryDays int
param isPrivate bool
param allowedNetworks string[]
param workspaceId string
param deleteLock bool

resource vault 'Microsoft.KeyVault/vaults@2025-05-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: {
      family: 'A'
      name: hsm ? 'premium' : 'standard'
    }
    enableRbacAuthorization: true
    enableSoftDelete: true
    softDeleteRetentionInDays: recoveryDays
    enablePurgeProtection: true
    enabledForDeployment: false
    enabledForDiskEncryption: false
    enabledForTemplateDeployment: false
    publicNetworkAccess: isPrivate && empty(allowedNetworks) ? 'Disabled' : 'Enabled'
    networkAcls: {
      bypass: 'None'
      defaultAction: isPrivate || !empty(allowedNetworks) ? 'Deny' : 'Allow'
      ipRules: map(allowedNetworks, network => { value: network })
    }
  }
}

resource keks 'Microsoft.KeyVault/vaults/keys@2025-05-01' = [
  for kek in kekNames: {
    parent: vault
    name: kek
    tags: tags
    properties: {
      kty: hsm ? 'RSA-HSM' : 'RSA'
      keySize: keySize
      keyOps: ['wrapKey', 'unwrapKey']
      attributes: {
        enabled: true
        exp: keyExpiry
      }
      rotationPolicy: {
        attributes: { expiryTime: 'P${keyDays}D' }
        lifetimeActions: [
          {
            trigger: { timeBeforeExpiry: 'P30D' }
            action: { type: 'rotate' }
          }
          {
            trigger: { timeBeforeExpiry: 'P15D' }
            action: { type: 'notify' }
          }
        ]
      }
    }
  }
]

resource logs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: vault
  properties: {
    workspaceId: workspaceId
    logs: [{ categoryGroup: 'audit', enabled: true }]
    metrics: [{ category: 'AllMetrics', enabled: true }]
    // Into AZKVAuditLogs, where alerts look.
    logAnalyticsDestinationType: 'Dedicated'
  }
}

resource lock 'Microsoft.Authorization/locks@2020-05-01' = if (deleteLock) {
  name: 'keep'
  scope: vault
  properties: {
    level: 'CanNotDelete'
    notes: 'Without its keys nothing that is stored can be opened: see the runbook for deleting everything.'
  }
}

output id string = vault.id
output name string = vault.name
output uri string = vault.properties.vaultUri
output kekUri string = '${vault.properties.vaultUri}keys/${last(kekNames)}'
