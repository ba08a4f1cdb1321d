namespace AtpKeyserver.Tests.Support.Faults;

/// <summary>A kind of request to Table Storage.</summary>
public enum StorageCall
{
    /// <summary>Reads one row.</summary>
    Read,

    /// <summary>Reads a page of rows or tables.</summary>
    Query,

    /// <summary>Writes one row, or a table.</summary>
    Write,

    Transaction,
}
