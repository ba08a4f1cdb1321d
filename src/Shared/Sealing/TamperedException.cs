using AtpKeyserver.Telemetry;

namespace AtpKeyserver.Sealing;

/// <summary>
/// What stands in the storage was not written by this server, or not at this place and time. The caller gets a 500 without details, the log
/// gets the message, which names a table and a rule, and never an account or a key.
/// </summary>
public sealed class TamperedException : Exception
{
    private TamperedException(string message)
        : base(message)
    {
    }

    public static TamperedException At(string table, string finding)
    {
        Tampering.Found(table);
        return new($"Stored data was tampered with: table {table}: {finding}.");
    }
}
