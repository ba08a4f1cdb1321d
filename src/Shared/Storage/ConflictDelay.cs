using System.Security.Cryptography;

namespace AtpKeyserver.Storage;

/// <summary>The random pause after a lost race, so that the same callers do not collide again.</summary>
internal static class ConflictDelay
{
    private const int MinMilliseconds = 2;
    private const int MaxMilliseconds = 20;

    public static Task WaitAsync(CancellationToken cancellation) =>
        Task.Delay(RandomNumberGenerator.GetInt32(MinMilliseconds, MaxMilliseconds), cancellation);
}
