// The alerts alone: two of their queries contain the app's identity, which only a deployment knows.
using '../../../infra/bicep/modules/alerts.bicep'

param prefix = 'keyserver-test'
param location = 'northeurope'
param tags = {}
param origin = 'https://keys.example.org'
param emails = []
param runbooks = 'https://example.org/OPERATIONS.md'
param insightsId = '/subscriptions/insights'
param workspaceId = '/subscriptions/workspace'
param dataAccountId = '/subscriptions/account'
param vaultId = '/subscriptions/vault'
param appPrincipalId = '33333333-3333-3333-3333-333333333333'
