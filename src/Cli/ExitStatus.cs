using AtpKeyserver.Cli.Accounts;
using AtpKeyserver.Client;

namespace AtpKeyserver.Cli;

/// <summary>Exit statuses, for scripts.</summary>
internal static class ExitStatus
{
    public const int Ok = 0;
    public const int Failed = 1;
    public const int Usage = 2;
    public const int LostAccess = 3;
    public const int Gone = 4;
    public const int Conflict = 5;
    public const int Limited = 6;
    public const int Upstream = 7;
    public const int Refused = 8;
    public const int NotDecrypted = 9;
    public const int Interrupted = 130;

    public static int Of(Exception e) => e switch
    {
        LostAccessException => LostAccess,
        GoneException or AccountNotFoundException => Gone,
        ConflictException => Conflict,
        LimitedException => Limited,
        UpstreamException => Upstream,
        RefusedTokenException or PdsException => Refused,
        DecryptionFailedException => NotDecrypted,
        InvalidCallException or UsageException or ArgumentException => Usage,
        OperationCanceledException => Interrupted,
        _ => Failed,
    };
}
