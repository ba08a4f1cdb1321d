namespace AtpKeyserver.Tests.Fuzz.Engine;

/// <summary>Runs one input with limits on time and memory.</summary>
internal static class Execution
{
    /// <summary>Some hundred times the time of the largest input: quadratic work takes longer.</summary>
    private static readonly TimeSpan MaxTime = TimeSpan.FromMilliseconds(100);

    /// <summary>The fault, if any, and whether the input was accepted.</summary>
    /// <param name="target">What runs it.</param>
    /// <param name="input">The bytes.</param>
    /// <param name="ran">Called after the first run: a slow input is run again, which must not count.</param>
    public static (Exception? Fault, bool Accepted) Try(Target target, byte[] input, Action? ran = null)
    {
        try
        {
            var started = ThreadTime.Now;
            var allocated = GC.GetAllocatedBytesForCurrentThread();
            var accepted = target.Run(input);
            allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
            var time = ThreadTime.Now - started;
            ran?.Invoke();
            if (allocated > target.MaxAllocation)
                return (new FindingException($"The input allocates {allocated} bytes."), accepted);
            // The first run of a method includes its compilation.
            return time > MaxTime && Enumerable.Range(0, 3).All(_ => ThreadTime.Of(() => target.Run(input)) > MaxTime)
                ? (new FindingException("The input takes too long."), accepted)
                : (null, accepted);
        }
        catch (Exception e)
        {
            return (e, false);
        }
    }

    /// <summary>Removes the bytes that the fault does not need.</summary>
    public static byte[] Shrink(Target target, byte[] input, Exception fault)
    {
        for (var piece = input.Length / 2; piece > 0; piece /= 2)
        {
            for (var at = 0; at + piece <= input.Length;)
            {
                byte[] shorter = [.. input.AsSpan(0, at), .. input.AsSpan(at + piece)];
                if (Try(target, shorter).Fault is { } found && IsSame(found, fault))
                    input = shorter;
                else
                    at += piece;
            }
        }

        return input;
    }

    private static bool IsSame(Exception one, Exception other) =>
        one.GetType() == other.GetType() && (one is not FindingException || one.Message == other.Message);
}
