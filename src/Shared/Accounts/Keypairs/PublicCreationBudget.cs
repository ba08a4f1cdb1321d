using System.Buffers.Binary;
using System.Text;
using AtpKeyserver.Accounts.Keypairs.Rows;
using AtpKeyserver.Configuration;
using AtpKeyserver.Crypto;
using AtpKeyserver.Errors;
using AtpKeyserver.Identifiers;
using AtpKeyserver.KeyManagement;
using Microsoft.Extensions.Options;

namespace AtpKeyserver.Accounts.Keypairs;

/// <summary>
/// Limits how many keypairs anonymous callers can have created per hour, over all instances, so that nobody fills the
/// storage by requesting public keys. A network (/24 or /48) gets at most an eighth of the hour's remaining budget, so
/// that it cannot use it up for everyone.
/// </summary>
public sealed class PublicCreationBudget(
    PublicCreationTable creations, Keyring keyring, IOptions<KeyserverOptions> options, TimeProvider clock)
    : IDisposable
{
    /// <summary>A network may use 1/8 of the remaining budget, and at least one unit while any is left.</summary>
    public const int NetworkShare = 8;

    // Callers of this instance update the row one at a time; only instances race.
    private readonly SemaphoreSlim _lock = new(1, 1);

    /// <param name="from">The caller, whose network is charged.</param>
    /// <param name="cancellation">The request's deadline.</param>
    /// <exception cref="KeyserverException">
    /// RateLimitExceeded until the hour ends; UpstreamFailure if too many calls update the row at once.
    /// </exception>
    public async Task TakeAsync(ClientAddress from, CancellationToken cancellation)
    {
        var root = await keyring.RootAsync(cancellation);
        // The text form is truncated to a /24 or a /48, as in logs.
        var hash = root.Mac(Encoding.ASCII.GetBytes($"public creations {from}"));
        var network = (int)(BinaryPrimitives.ReadUInt32LittleEndian(hash) % PublicCreations.Networks);
        await _lock.WaitAsync(cancellation);
        try
        {
            var hour = clock.GetUtcNow().ToUnixTimeSeconds() / 3600;
            if (!await creations.TryUpdateAsync(hour, counts => Count(counts, network), cancellation))
                throw KeyserverException.Upstream("Too many accounts are being created at once; try again.");
        }
        finally
        {
            _lock.Release();
        }
    }

    public void Dispose() => _lock.Dispose();

    private PublicCreations Count(PublicCreations counts, int network)
    {
        Check(counts.Count, counts.CountOf(network), counts.Hour);
        return counts.Add(network);
    }

    private void Check(int taken, int takenByNetwork, long hour)
    {
        var limit = options.Value.PublicCreationsPerHour;
        var left = limit - taken;
        var share = Math.Max(1, left / NetworkShare);
        if (left > 0 && takenByNetwork < share)
            return;
        var nextHour = DateTimeOffset.FromUnixTimeSeconds((hour + 1) * 3600);
        throw new RateLimitExceededException(
            left > 0 ? takenByNetwork : limit, nextHour - clock.GetUtcNow(), TimeSpan.FromHours(1));
    }
}
