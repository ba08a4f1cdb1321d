using AtpKeyserver.Errors;
using AtpKeyserver.Identifiers;

namespace AtpKeyserver.Export;

/// <summary>How many exports may be under way: each keeps the storage busy for as long as it lasts. Counted by each instance for itself.</summary>
public sealed class ExportLimiter
{
    public const int AtOnce = 4;
    public const int OfOneAccount = 1;

    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(10);

    private readonly HashSet<Did> _taken = [];

    /// <returns>Gives the place back.</returns>
    /// <exception cref="RateLimitExceededException">The account is being exported already, or too many others are.</exception>
    public IDisposable Enter(Did account)
    {
        lock (_taken)
        {
            if (_taken.Contains(account))
                throw new RateLimitExceededException(OfOneAccount, Wait, Wait);
            if (_taken.Count == AtOnce)
                throw new RateLimitExceededException(AtOnce, Wait, Wait);
            _taken.Add(account);
        }

        return new Place(this, account);
    }

    private sealed class Place(ExportLimiter places, Did account) : IDisposable
    {
        public void Dispose()
        {
            lock (places._taken)
                places._taken.Remove(account);
        }
    }
}
