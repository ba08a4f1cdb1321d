// A custom host name with a managed certificate. Its CNAME and TXT records must exist.

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

// On Flex Consumption, certificates belong to the app, not to the plan.
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

// Updates the binding with the certificate. In its own template, because a template may declare a resource only once.
module tls 'domain-tls.bicep' = {
  name: 'domain-tls'
  params: {
    appName: appName
    hostName: hostName
    thumbprint: certificate.properties.thumbprint
  }
}
