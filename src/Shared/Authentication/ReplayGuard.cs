using AtpKeyserver.Configuration;
using AtpKeyserver.Errors;
using AtpKeyserver.Storage;
using Azure.Data.Tables;
using Microsoft.Extensions.Options;

namespace AtpKeyserver.Authentication;

/// <summary>
/// Lets a token through once, on all instances together: a conditional insert into the table of the UTC day on which the token ends. Where the
/// storage does not say whether the row is new, the call ends with 503: a token that may have been used is not good.
/// </summary>
public sealed class ReplayGuard(Tables tables, IOptions<KeyserverOptions> options)
{
    /// <exception cref="KeyserverException">NonceNotUnique; BadJwt for a token without <c>jti</c>.</exception>
    public async Task TakeAsync(VerifiedToken token, bool isChange, CancellationToken cancellation)
    {
        if (options.Value.Replay == ReplayProtection.Off || (options.Value.Replay == ReplayProtection.Procedures && !isChange))
            return;
        if (token.Id is null)
            throw TokenRefusal.Form("jti is required here: each token is good for one call");
        // The id is a hash: its first two digits spread the rows over 256 partitions.
        var row = new TableEntity(token.Id[..2], token.Id);
        if (!await tables.Replay(token.ExpiresAt).TryInsertOnceAsync(row, cancellation))
            throw TokenRefusal.Used();
    }
}
