namespace AtpKeyserver.Tests.EndToEnd.Support;

/// <summary>Timer functions: started as an operator does, or kept from running by themselves.</summary>
internal static partial class Timers
{
    /// <summary>Those that a schedule starts.</summary>
    public static readonly string[] Names = ["FinishDeletions", "DrainEvents", "DropOldTables", "RewrapKeyring", "ContinueRotations"];

    /// <summary>Settings of an instance whose calls to the storage are counted: no timer makes some in between.</summary>
    public static Dictionary<string, string> Off =>
        Names.ToDictionary(function => $"AzureWebJobs_{function}_Disabled", _ => "true");
}
