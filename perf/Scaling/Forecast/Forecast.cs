namespace AtpKeyserver.Perf.Scaling;

/// <summary>What a number of users comes to.</summary>
/// <param name="Users">How many.</param>
/// <param name="Calls">A month.</param>
/// <param name="PeakCalls">In the busiest second.</param>
/// <param name="Requests">To the storage in a month.</param>
/// <param name="RequestsACall">To the storage.</param>
/// <param name="PeakRows">In the busiest second.</param>
/// <param name="VaultRequests">In a month.</param>
/// <param name="PeakLookUps">Of DIDs, in the busiest second, of all instances.</param>
/// <param name="KeyGiB">Accounts, groups and their rows.</param>
/// <param name="LogGiB">The access log.</param>
/// <param name="Instances">At the peak.</param>
/// <param name="Accounts">Of storage that this would fill.</param>
internal sealed record Forecast(
    double Users,
    double Calls,
    double PeakCalls,
    double Requests,
    double RequestsACall,
    double PeakRows,
    double VaultRequests,
    double PeakLookUps,
    double KeyGiB,
    double LogGiB,
    double Instances,
    double Accounts);
