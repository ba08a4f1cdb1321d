namespace AtpKeyserver.Errors;

/// <summary>
/// A stored row was not written by this server, or was moved or restored. The caller gets a 500 without details. The
/// message goes to the log: it names a table and a rule, never an account or a key.
/// </summary>
public sealed class TamperedException : Exception
{
    private TamperedException(string table, string finding)
        : base(Describe(table, finding)) => Table = table;

    public string Table { get; }

    public static TamperedException At(string table, string finding) => new(table, finding);

    internal static string Describe(string table, string finding) =>
        $"Stored data was tampered with: table {table}: {finding}.";
}
