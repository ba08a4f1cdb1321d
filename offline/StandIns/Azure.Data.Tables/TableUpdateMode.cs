namespace Azure.Data.Tables;

/// <summary>What happens to columns that an update doesn't name.</summary>
public enum TableUpdateMode
{
    /// <summary>They stay.</summary>
    Merge = 0,

    /// <summary>They go.</summary>
    Replace = 1,
}
