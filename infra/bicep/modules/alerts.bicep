// Alerts with their severities and runbooks.
import { metrics } from '../metrics.bicep'

param prefix string
param location string
param tags object
@description('The origin that clients call.')
param origin string
param emails string[]
@description('The address of the runbooks.')
param runbooks string
param insightsId string
param workspaceId string
param dataAccountId string
param vaultId string
@description('The app\'s identity, the only one that may unwrap keys.')
param appPrincipalId string

// Timers with a schedule. Each runs at least once an hour.
var timers = [
  'ContinueRotations'
  'DrainEvents'
  'DropOldTables'
  'FinishDeletions'
  'RewrapKeyring'
]
var timerRows = join(map(timers, timer => '"${timer}"'), ', ')

// An alert fires when its query returns a row. Severity: act 0 at once, 1 tonight, 2 tomorrow, 3 this week.
var queries = [
  {
    name: 'error-rate'
    title: 'More than 2 % of the calls fail'
    severity: 1
    runbook: 'errors'
    window: 'PT15M'
    every: 'PT5M'
    lookBack: 'PT15M'
    query: [
      'AppMetrics'
      '| where Name == "${metrics.calls}"'
      '| extend Meant = tostring(Properties["error"]) in ("MethodNotImplemented", "ServiceReadOnly", "ServiceOffline")'
      '| summarize Failed = sumif(Sum, tostring(Properties["status"]) == "5xx" and not(Meant)), All = sum(Sum)'
      '| where All >= 50 and Failed > All * 0.02'
    ]
  }
  {
    name: 'denied-reads'
    title: 'Unusually many key reads are denied'
    severity: 1
    runbook: 'denied-reads'
    window: 'PT15M'
    every: 'PT15M'
    lookBack: 'P1D'
    query: [
      'AppMetrics'
      '| where Name == "${metrics.keyReads}" and tostring(Properties["outcome"]) == "denied"'
      '| summarize Now = sumif(Sum, TimeGenerated > ago(15m)), Day = sum(Sum)'
      '| where Now > 100 and Now > 5 * (Day - Now) / 95'
    ]
  }
  {
    name: 'heavy-caller'
    title: 'One caller reads more than 10,000 keys an hour'
    severity: 2
    runbook: 'heavy-caller'
    window: 'PT1H'
    every: 'PT15M'
    lookBack: 'PT1H'
    query: [
      'AppMetrics'
      '| where Name == "${metrics.heavyCallers}"'
      '| summarize Callers = sum(Sum)'
      '| where Callers > 0'
    ]
  }
  {
    name: 'refused-tokens'
    title: 'Unusually many tokens are rejected'
    severity: 2
    runbook: 'token-theft'
    window: 'PT1H'
    every: 'PT15M'
    lookBack: 'P1D'
    query: [
      'AppMetrics'
      '| where Name == "${metrics.refusedTokens}"'
      '| summarize Now = sumif(Sum, TimeGenerated > ago(1h)), Day = sum(Sum)'
      '| where Now > 1000 and Now > 5 * (Day - Now) / 23'
    ]
  }
  {
    name: 'tampering'
    title: 'A stored row was modified outside the server'
    severity: 0
    runbook: 'tampering'
    window: 'PT5M'
    every: 'PT5M'
    lookBack: 'PT15M'
    query: [
      'AppMetrics'
      '| where Name == "${metrics.tampered}"'
      '| summarize Rows = sum(Sum)'
      '| where Rows > 0'
    ]
  }
  {
    name: 'foreign-unwrap'
    title: 'An identity other than the app used, or tried to use, the KEK'
    severity: 0
    runbook: 'suspected-key-compromise'
    window: 'PT5M'
    every: 'PT5M'
    lookBack: 'PT30M'
    query: [
      'AZKVAuditLogs'
      '| where OperationName in ("KeyUnwrap", "KeyDecrypt", "KeyBackup", "KeySign",'
      '    "KeyRelease", "KeyPurge", "KeyDelete")'
      '| where tostring(Identity) !has "${appPrincipalId}"'
    ]
  }
  {
    name: 'vault-refuses'
    title: 'The vault rejects the app or fails'
    severity: 1
    runbook: 'lost-vault-access'
    window: 'PT10M'
    every: 'PT5M'
    lookBack: 'PT30M'
    query: [
      'AZKVAuditLogs'
      '| where tostring(Identity) has "${appPrincipalId}" and HttpStatusCode >= 400 and HttpStatusCode != 401'
      '| summarize Failed = count()'
      '| where Failed > 3'
    ]
  }
  {
    name: 'dependency-failures'
    title: 'Storage, vault or directory requests fail or are throttled'
    severity: 2
    runbook: 'throttling'
    window: 'PT15M'
    every: 'PT5M'
    lookBack: 'PT15M'
    query: [
      'AppMetrics'
      '| where Name == "${metrics.dependency}" and tostring(Properties["dependency"]) != "web"'
      '| extend Dependency = tostring(Properties["dependency"]),'
      '    IsBad = tostring(Properties["outcome"]) in ("throttled", "failed")'
      '| summarize Bad = sumif(ItemCount, IsBad), All = sum(ItemCount) by Dependency'
      '| where All >= 50 and Bad > All * 0.05'
    ]
  }
  {
    name: 'access-log-lost'
    title: 'Access log entries were lost'
    severity: 1
    runbook: 'throttling'
    window: 'PT15M'
    every: 'PT5M'
    lookBack: 'PT15M'
    query: [
      'AppMetrics'
      '| where Name == "${metrics.accessLogLost}"'
      '| summarize Entries = sum(Sum)'
      '| where Entries > 0'
    ]
  }
  {
    name: 'kek-expiry'
    title: 'The KEK expires soon and was not rotated'
    severity: 1
    runbook: 'kek-rotation'
    window: 'P1D'
    every: 'PT6H'
    lookBack: 'P1D'
    query: [
      'let said = AZKVAuditLogs'
      '| where OperationName in ("KeyNearExpiryEventGridNotification", "KeyExpiredEventGridNotification")'
      '| summarize arg_max(TimeGenerated, OperationName)'
      '| where isnotempty(OperationName)'
      '| project TimeGenerated;'
      'let measured = AppMetrics'
      '| where Name == "${metrics.kekExpires}"'
      '| summarize arg_max(TimeGenerated, Min)'
      '| where Min < 14'
      '| project TimeGenerated;'
      'union isfuzzy=true said, measured'
    ]
  }
  {
    name: 'timer-not-run'
    title: 'A timer has not succeeded for three hours'
    severity: 2
    runbook: 'timer-not-run'
    window: 'PT3H'
    every: 'PT1H'
    lookBack: 'PT3H'
    query: [
      'let succeeded = AppMetrics'
      '| where Name == "${metrics.timerRuns}" and tostring(Properties["outcome"]) == "ok"'
      '| extend Timer = tostring(Properties["timer"]);'
      'datatable(Timer: string) [${timerRows}]'
      '| join kind=leftanti succeeded on Timer'
    ]
  }
]

resource people 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: '${prefix}-operators'
  location: 'global'
  tags: tags
  properties: {
    enabled: true
    groupShortName: 'keyserver'
    emailReceivers: [
      for (email, i) in emails: {
        name: 'operator-${i}'
        emailAddress: email
        useCommonAlertSchema: true
      }
    ]
  }
}

resource logAlerts 'Microsoft.Insights/scheduledQueryRules@2022-06-15' = [
  for alert in queries: {
    name: '${prefix}-${alert.name}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: '${prefix}: ${alert.title}'
      description: '${alert.title}. Runbook: ${runbooks}#${alert.runbook}'
      severity: alert.severity
      enabled: true
      scopes: [workspaceId]
      evaluationFrequency: alert.every
      windowSize: alert.window
      overrideQueryTimeRange: alert.lookBack == alert.window ? null : alert.lookBack
      // A log table does not exist before its first entry.
      skipQueryValidation: true
      autoMitigate: alert.severity > 0
      criteria: {
        allOf: [
          {
            query: join(alert.query, '\n')
            timeAggregation: 'Count'
            operator: 'GreaterThan'
            threshold: 0
            failingPeriods: {
              numberOfEvaluationPeriods: 1
              minFailingPeriodsToAlert: 1
            }
          }
        ]
      }
      actions: {
        actionGroups: [people.id]
        customProperties: { runbook: '${runbooks}#${alert.runbook}' }
      }
    }
  }
]

var availabilities = [
  {
    name: 'tables-unavailable'
    title: 'Table Storage availability is below 99 %'
    runbook: 'throttling'
    scope: '${dataAccountId}/tableServices/default'
    namespace: 'Microsoft.Storage/storageAccounts/tableServices'
  }
  {
    name: 'vault-unavailable'
    title: 'Key Vault availability is below 99 %'
    runbook: 'lost-vault-access'
    scope: vaultId
    namespace: 'Microsoft.KeyVault/vaults'
  }
]

resource metricAlerts 'Microsoft.Insights/metricAlerts@2018-03-01' = [
  for alert in availabilities: {
    name: '${prefix}-${alert.name}'
    location: 'global'
    tags: tags
    properties: {
      description: '${alert.title}. Runbook: ${runbooks}#${alert.runbook}'
      severity: 1
      enabled: true
      scopes: [alert.scope]
      evaluationFrequency: 'PT5M'
      windowSize: 'PT15M'
      criteria: {
        'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
        allOf: [
          {
            criterionType: 'StaticThresholdCriterion'
            name: 'availability'
            metricNamespace: alert.namespace
            metricName: 'Availability'
            operator: 'LessThan'
            threshold: 99
            timeAggregation: 'Average'
          }
        ]
      }
      actions: [{ actionGroupId: people.id }]
    }
  }
]

// External probes: availability and certificate lifetime.
var probes = [
  {
    name: 'unreachable'
    title: 'The DID document cannot be read from outside'
    runbook: 'errors'
    seconds: 300
    certificateDays: null
    locations: ['emea-nl-ams-azr', 'emea-gb-db3-azr', 'us-va-ash-azr']
    failing: 2
  }
  {
    name: 'certificate'
    title: 'The certificate expires within 14 days'
    runbook: 'certificate'
    seconds: 900
    certificateDays: 14
    locations: ['emea-nl-ams-azr', 'us-va-ash-azr']
    failing: 2
  }
]

resource tests 'Microsoft.Insights/webtests@2022-06-15' = [
  for probe in probes: {
    name: '${prefix}-${probe.name}'
    location: location
    tags: union(tags, { 'hidden-link:${insightsId}': 'Resource' })
    kind: 'standard'
    properties: {
      SyntheticMonitorId: '${prefix}-${probe.name}'
      Name: '${prefix}-${probe.name}'
      Enabled: true
      Frequency: probe.seconds
      Timeout: 30
      Kind: 'standard'
      RetryEnabled: true
      Locations: map(probe.locations, place => { Id: place })
      Request: {
        RequestUrl: '${origin}/.well-known/did.json'
        HttpVerb: 'GET'
        ParseDependentRequests: false
        FollowRedirects: false
      }
      ValidationRules: {
        ExpectedHttpStatusCode: 200
        SSLCheck: true
        SSLCertRemainingLifetimeCheck: probe.certificateDays
      }
    }
  }
]

resource probeAlerts 'Microsoft.Insights/metricAlerts@2018-03-01' = [
  for (probe, i) in probes: {
    name: '${prefix}-${probe.name}'
    location: 'global'
    tags: tags
    properties: {
      description: '${probe.title}. Runbook: ${runbooks}#${probe.runbook}'
      severity: 1
      enabled: true
      scopes: [tests[i].id, insightsId]
      evaluationFrequency: 'PT5M'
      windowSize: 'PT15M'
      criteria: {
        'odata.type': 'Microsoft.Azure.Monitor.WebtestLocationAvailabilityCriteria'
        webTestId: tests[i].id
        componentId: insightsId
        failedLocationCount: probe.failing
      }
      actions: [{ actionGroupId: people.id }]
    }
  }
]
