namespace AtpKeyserver.Tests.EndToEnd.Support;

/// <summary>Timer functions: started as an operator does, or disabled.</summary>
internal static partial class Timers
{
    /// <summary>Timers with a schedule.</summary>
    public static readonly string[] Names =
        ["FinishDeletions", "DrainEvents", "DropOldTables", "RewrapKeyring", "ContinueRotations"];

    /// <summary>Settings of an instance whose storage calls are counted: timers must not add calls.</summary>
    public static Dictionary<string, string> Off =>
        Names.ToDictionary(function => $"AzureWebJobs_{function}_Disabled", _ => "true");
}
