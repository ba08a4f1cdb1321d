namespace AtpKeyserver.Tests.Fuzz.Engine;

/// <summary>Runs one input, within bounds of time and memory.</summary>
internal static class Execution
{
    /// <summary>Some hundred times what the largest input takes: what grows with the square of its length takes longer.</summary>
    private static readonly TimeSpan MaxTime = TimeSpan.FromMilliseconds(100);

    /// <summary>What is wrong, and whether the input was accepted.</summary>
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
                return (new FindingException($"It allocates {allocated} bytes."), accepted);
            // The first run of a method includes its compilation.
            return time > MaxTime && Enumerable.Range(0, 3).All(_ => ThreadTime.Of(() => target.Run(input)) > MaxTime)
                ? (new FindingException("It takes too long."), accepted)
                : (null, accepted);
        }
        catch (Exception e)
        {
            return (e, false);
        }
    }

    /// <summary>Takes out what the fault does not need.</summary>
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
