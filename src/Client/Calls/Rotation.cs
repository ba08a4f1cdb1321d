namespace AtpKeyserver.Client;

/// <summary>Rotates exactly once, even if a response was lost.</summary>
internal static class Rotation
{
    public static async Task<KeyRotation> RunAsync(
        XrpcChannel xrpc,
        string nsid,
        RotateInput input,
        Func<CancellationToken, IAsyncEnumerable<KeyVersion>> versions,
        CancellationToken cancellation)
    {
        var repeatable = input.ExpectedVersion is not null;
        using var reply = await xrpc.ProcedureAsync(
            nsid, input, ListJson.Default.RotateInput, repeatable, cancellation).ConfigureAwait(false);
        // A conflict after a failed attempt means that the attempt did rotate.
        if (reply is { Status: 409, AfterFailure: true } && input.ExpectedVersion is { } expected
            && await FindAsync(expected, versions, cancellation).ConfigureAwait(false) is { } done)
            return done;
        return reply.Read(WireJson.Default.KeyRotation, change: true);
    }

    /// <returns>The version that followed the expected one; null if the versions cannot be read.</returns>
    private static async Task<KeyRotation?> FindAsync(
        int expected, Func<CancellationToken, IAsyncEnumerable<KeyVersion>> versions, CancellationToken cancellation)
    {
        try
        {
            KeyVersion? next = null;
            // Newest first, so pages of older versions are not read.
            await foreach (var version in versions(cancellation).ConfigureAwait(false))
            {
                if (version.Version <= expected)
                    break;
                next = version;
            }

            return next is null ? null : new KeyRotation(expected, next.Version, next.CreatedAt);
        }
        catch (KeyserverException)
        {
            return null;
        }
    }
}
