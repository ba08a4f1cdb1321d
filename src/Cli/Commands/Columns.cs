using AtpKeyserver.Client;

namespace AtpKeyserver.Cli.Commands;

/// <summary>Columns that several commands share.</summary>
internal static class Columns
{
    public static readonly (string, Func<KeyVersion, object?>)[] Versions =
    [
        ("VERSION", each => each.Version), ("STATUS", each => each.Status), ("CREATED", each => each.CreatedAt),
        ("REVOKED", each => each.RevokedAt),
    ];

    public static readonly (string, Func<AccessLogEntry, object?>)[] Log =
    [
        ("TIME", each => each.AccessedAt), ("ACTION", each => each.Action), ("OUTCOME", each => each.Outcome),
        ("VERSION", each => each.Version),
        ("WHO", each => each.Did), ("TARGET", each => each.Target), ("ADDRESS", each => each.Ip),
        ("REASON", each => each.Reason),
    ];
}
