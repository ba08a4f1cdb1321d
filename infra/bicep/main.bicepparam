// Used by azd. Set values with: azd env set NAME value.
using 'main.bicep'

param environmentName = readEnvironmentVariable('AZURE_ENV_NAME', 'keyserver-dev')
param location = readEnvironmentVariable('AZURE_LOCATION', 'westeurope')
param hostName = readEnvironmentVariable('KEYSERVER_HOST_NAME', '')
param bindHostName = bool(readEnvironmentVariable('KEYSERVER_BIND_HOST_NAME', 'false'))
param did = readEnvironmentVariable('KEYSERVER_DID_OVERRIDE', '')
param keyringFingerprint = readEnvironmentVariable('KEYSERVER_KEYRING_FINGERPRINT', '')
param dataAccountName = readEnvironmentVariable('KEYSERVER_DATA_ACCOUNT_NAME', '')
param privateNetwork = bool(readEnvironmentVariable('KEYSERVER_PRIVATE_NETWORK', 'false'))
