namespace AtpKeyserver.Tests.Support.Faults;

/// <summary>What a request to Table Storage is.</summary>
public enum StorageCall
{
    /// <summary>Of one row.</summary>
    Read,

    /// <summary>A page of rows, or of tables.</summary>
    Query,

    /// <summary>Of one row, or a table.</summary>
    Write,

    Transaction,
}
