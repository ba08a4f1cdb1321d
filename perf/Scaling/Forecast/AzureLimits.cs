namespace AtpKeyserver.Perf.Scaling;

/// <summary>Limits of Azure. docs/SCALING.md has the sources.</summary>
internal static class AzureLimits
{
    /// <summary>Requests a second, with rows of 1 KiB. More in some regions.</summary>
    public const double RowsOfAnAccount = 20_000;

    public const double TiBOfAnAccount = 5_120;

    /// <summary>RSA 3072 in a hardware module, in 10 s.</summary>
    public const double VaultOperations = 500;
}
