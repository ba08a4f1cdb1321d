namespace AtpKeyserver.Perf.Scaling;

/// <summary>The forecast for a number of users.</summary>
/// <param name="Users">The number of users.</param>
/// <param name="Calls">Calls per month.</param>
/// <param name="PeakCalls">Calls in the busiest second.</param>
/// <param name="Requests">Storage requests per month.</param>
/// <param name="RequestsACall">Storage requests per call.</param>
/// <param name="PeakRows">Rows in the busiest second.</param>
/// <param name="VaultRequests">Vault requests per month.</param>
/// <param name="PeakLookups">DID lookups of all instances in the busiest second.</param>
/// <param name="KeyGiB">Accounts, groups and their rows.</param>
/// <param name="LogGiB">The access log.</param>
/// <param name="Instances">Instances at the peak.</param>
/// <param name="Accounts">Required storage accounts.</param>
internal sealed record Forecast(
    double Users,
    double Calls,
    double PeakCalls,
    double Requests,
    double RequestsACall,
    double PeakRows,
    double VaultRequests,
    double PeakLookups,
    double KeyGiB,
    double LogGiB,
    double Instances,
    double Accounts);
