using System.Security.Cryptography;

namespace AtpKeyserver.Storage;

/// <summary>The pause before a change is retried that lost a race: random, so that the racing callers spread.</summary>
internal static class ConflictDelay
{
    public static Task WaitAsync(CancellationToken cancellation) =>
        Task.Delay(RandomNumberGenerator.GetInt32(2, 20), cancellation);
}
