// Host and app settings. Deployed after the roles, so that no instance starts without permissions.

param appName string
@description('From settings.bicep.')
param keyserver object
param hostAccountName string
param insightsConnectionString string
@description('False works around a .NET 10 start-up crash on some Flex Consumption instances. Cold starts are slower.')
param placeholders bool

resource app 'Microsoft.Web/sites@2025-03-01' existing = {
  name: appName
}

resource settings 'Microsoft.Web/sites/config@2025-03-01' = {
  parent: app
  name: 'appsettings'
  properties: union(
    {
      AzureWebJobsStorage__accountName: hostAccountName
      AzureWebJobsStorage__credential: 'managedidentity'
      AzureWebJobsDisableHomepage: 'true'
      // Only an operator starts these, so their schedules are disabled.
      AzureWebJobs_RotateShardKeys_Disabled: 'true'
      AzureWebJobs_RotateEverything_Disabled: 'true'
      APPLICATIONINSIGHTS_CONNECTION_STRING: insightsConnectionString
      APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'Authorization=AAD'
    },
    placeholders ? {} : { WEBSITE_USE_PLACEHOLDER_DOTNETISOLATED: '0' },
    keyserver
  )
}
