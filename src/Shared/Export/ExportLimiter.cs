using AtpKeyserver.Errors;
using AtpKeyserver.Identifiers;

namespace AtpKeyserver.Export;

/// <summary>Limits concurrent exports per instance: each keeps the storage busy while it runs.</summary>
public sealed class ExportLimiter
{
    public const int AtOnce = 4;
    public const int OfOneAccount = 1;

    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(10);

    private readonly HashSet<Did> _running = [];

    /// <returns>Ends the export when disposed.</returns>
    /// <exception cref="RateLimitExceededException">
    /// An export of the account is in progress, or too many others are.
    /// </exception>
    public IDisposable Enter(Did account)
    {
        lock (_running)
        {
            if (_running.Contains(account))
                throw new RateLimitExceededException(OfOneAccount, Wait, Wait);
            if (_running.Count == AtOnce)
                throw new RateLimitExceededException(AtOnce, Wait, Wait);
            _running.Add(account);
        }

        return new Lease(this, account);
    }

    private sealed class Lease(ExportLimiter limiter, Did account) : IDisposable
    {
        public void Dispose()
        {
            lock (limiter._running)
                limiter._running.Remove(account);
        }
    }
}
