// A host name of one's own, with a certificate that Azure renews. Its CNAME and TXT records must exist before.

param appName string
param hostName string
param location string
param tags object

resource app 'Microsoft.Web/sites@2025-03-01' existing = {
  name: appName
}

resource binding 'Microsoft.Web/sites/hostNameBindings@2025-03-01' = {
  parent: app
  name: hostName
  properties: {
    siteName: appName
    hostNameType: 'Verified'
    customHostNameDnsRecordType: 'CName'
    sslState: 'Disabled'
  }
}

// Flex Consumption keeps certificates with the app, not with the plan.
resource certificate 'Microsoft.Web/sites/certificates@2025-03-01' = {
  parent: app
  name: replace(hostName, '.', '-')
  location: location
  tags: tags
  properties: {
    canonicalName: hostName
    domainValidationMethod: 'cname-delegation'
  }
  dependsOn: [binding]
}

// The same binding again, now with the certificate: a template may name a resource once only.
module tls 'domain-tls.bicep' = {
  name: 'domain-tls'
  params: {
    appName: appName
    hostName: hostName
    thumbprint: certificate.properties.thumbprint
  }
}
