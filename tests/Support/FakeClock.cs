using Microsoft.Extensions.Time.Testing;

namespace AtpKeyserver.Tests.Support;

/// <summary>A clock with timers that moves only when it is advanced.</summary>
public sealed class FakeClock(DateTimeOffset start) : FakeTimeProvider(start)
{
    public void AdvanceSeconds(double seconds) => Advance(TimeSpan.FromSeconds(seconds));

    public void TurnBack(TimeSpan by) => AdjustTime(GetUtcNow() - by);

    /// <summary>
    /// Advances to the real time if that is later, because the storage stamps rows with the real time.
    /// </summary>
    public void CatchUp()
    {
        var behind = System.GetUtcNow() - GetUtcNow();
        if (behind > TimeSpan.Zero)
            Advance(behind);
    }
}
