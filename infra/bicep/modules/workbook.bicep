// A dashboard for operators: availability, rejections, latency, timers.
import { metrics } from '../metrics.bicep'

param title string
param location string
param tags object
param workspaceId string
@description('The address of the runbooks.')
param runbooks string

var charts = [
  {
    title: 'Calls per minute by status'
    query: [
      'AppMetrics'
      '| where Name == "${metrics.calls}"'
      '| summarize Calls = sum(Sum) by bin(TimeGenerated, 1m), Status = tostring(Properties["status"])'
    ]
    chart: 'timechart'
  }
  {
    title: 'Methods: calls, failures, average and maximum duration (ms)'
    query: [
      'AppMetrics'
      '| where Name in ("${metrics.calls}", "${metrics.duration}")'
      '| extend Method = tostring(Properties["method"]), IsCall = Name == "${metrics.calls}",'
      '    IsTime = Name == "${metrics.duration}"'
      '| summarize Calls = sumif(Sum, IsCall),'
      '    Failures = sumif(Sum, IsCall and tostring(Properties["status"]) == "5xx"),'
      '    Seconds = sumif(Sum, IsTime), Timed = sumif(ItemCount, IsTime), Max = maxif(Max, IsTime) by Method'
      '| project Method, Calls, Failures, AverageMs = round(1000 * Seconds / Timed, 1), MaxMs = round(1000 * Max, 1)'
      '| order by Calls desc'
    ]
    chart: 'table'
  }
  {
    title: 'Errors by name'
    query: [
      'AppMetrics'
      '| where Name == "${metrics.calls}" and tostring(Properties["error"]) !in ("", "none")'
      '| summarize Calls = sum(Sum) by bin(TimeGenerated, 5m), Error = tostring(Properties["error"])'
    ]
    chart: 'timechart'
  }
  {
    title: 'Rejected tokens by error'
    query: [
      'AppMetrics'
      '| where Name == "${metrics.refusedTokens}"'
      '| summarize Tokens = sum(Sum) by bin(TimeGenerated, 5m), Rule = tostring(Properties["error"])'
    ]
    chart: 'timechart'
  }
  {
    title: 'Key reads, granted and denied'
    query: [
      'AppMetrics'
      '| where Name == "${metrics.keyReads}"'
      '| extend Outcome = strcat(tostring(Properties["kind"]), " ", tostring(Properties["outcome"]))'
      '| summarize Reads = sum(Sum) by bin(TimeGenerated, 5m), Outcome'
    ]
    chart: 'timechart'
  }
  {
    title: 'Storage, vault and directory: average duration (ms)'
    query: [
      'AppMetrics'
      '| where Name == "${metrics.dependency}"'
      '| summarize Ms = 1000 * sum(Sum) / sum(ItemCount) by bin(TimeGenerated, 1m),'
      '    Dependency = tostring(Properties["dependency"])'
    ]
    chart: 'timechart'
  }
  {
    title: 'Storage, vault and directory: throttled and failed requests'
    query: [
      'AppMetrics'
      '| where Name == "${metrics.dependency}" and tostring(Properties["outcome"]) != "ok"'
      '| extend What = strcat(tostring(Properties["dependency"]), " ", tostring(Properties["outcome"]))'
      '| summarize Requests = sum(ItemCount) by bin(TimeGenerated, 5m), What'
    ]
    chart: 'timechart'
  }
  {
    title: 'Caches: hit rate (%)'
    query: [
      'AppMetrics'
      '| where Name == "${metrics.cacheLookups}"'
      '| extend Cache = tostring(Properties["cache"]), IsHit = tostring(Properties["outcome"]) == "hit"'
      '| summarize Percent = 100.0 * sumif(Sum, IsHit) / sum(Sum) by bin(TimeGenerated, 5m), Cache'
    ]
    chart: 'timechart'
  }
  {
    title: 'Timers: last success, and failures'
    query: [
      'AppMetrics'
      '| where Name == "${metrics.timerRuns}"'
      '| extend Timer = tostring(Properties["timer"]), Ok = tostring(Properties["outcome"]) == "ok"'
      '| summarize Last = maxif(TimeGenerated, Ok), Failures = sumif(Sum, not(Ok)) by Timer'
      '| order by Last asc'
    ]
    chart: 'table'
  }
  {
    title: 'Keyring, KEK, access log and unfinished work'
    query: [
      'AppMetrics'
      '| where Name in ("${metrics.keyringRows}", "${metrics.kekExpires}", "${metrics.accessLogTables}",'
      '    "${metrics.accessLogLost}",'
      '    "${metrics.unfinished}", "${metrics.tampered}", "${metrics.heavyCallers}")'
      '| summarize arg_max(TimeGenerated, Max, Sum) by Name, Tags = tostring(Properties)'
      '| project Name, Tags, Max, Sum, TimeGenerated'
    ]
    chart: 'table'
  }
  {
    title: 'Vault operations'
    query: [
      'AZKVAuditLogs'
      '| summarize Requests = count() by OperationName, HttpStatusCode, bin(TimeGenerated, 1h)'
      '| order by TimeGenerated desc'
    ]
    chart: 'table'
  }
]

var content = {
  version: 'Notebook/1.0'
  items: concat(
    [
      {
        type: 1
        name: 'head'
        content: { json: '## ${title}\n\nSee the [runbooks](${runbooks}). Times are UTC.' }
      }
      {
        type: 9
        name: 'time'
        content: {
          version: 'KqlParameterItem/1.0'
          parameters: [
            {
              id: guid(title, 'time')
              version: 'KqlParameterItem/1.0'
              name: 'Time'
              type: 4
              isRequired: true
              value: { durationMs: 14400000 }
              typeSettings: {
                selectableValues: map([900000, 3600000, 14400000, 86400000, 604800000], ms => { durationMs: ms })
              }
            }
          ]
          style: 'pills'
        }
      }
    ],
    map(range(0, length(charts)), i => {
      type: 3
      name: 'chart-${i}'
      content: {
        version: 'KqlItem/1.0'
        title: charts[i].title
        query: join(charts[i].query, '\n')
        size: 0
        queryType: 0
        resourceType: 'microsoft.operationalinsights/workspaces'
        crossComponentResources: [workspaceId]
        timeContextFromParameter: 'Time'
        visualization: charts[i].chart
      }
    })
  )
}

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(resourceGroup().id, 'keyserver')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: title
    category: 'workbook'
    sourceId: workspaceId
    version: 'Notebook/1.0'
    serializedData: string(content)
  }
}
