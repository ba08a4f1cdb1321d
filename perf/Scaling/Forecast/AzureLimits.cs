namespace AtpKeyserver.Perf.Scaling;

/// <summary>Azure limits. See docs/SCALING.md for the sources.</summary>
internal static class AzureLimits
{
    /// <summary>Requests per second with 1 KiB rows. Higher in some regions.</summary>
    public const double RowsOfAnAccount = 20_000;

    public const double TiBOfAnAccount = 5_120;

    /// <summary>RSA 3072 HSM operations in 10 s.</summary>
    public const double VaultOperations = 500;
}
