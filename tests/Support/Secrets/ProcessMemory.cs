using System.Globalization;

namespace AtpKeyserver.Tests.Support.Secrets;

/// <summary>The writable memory of a process: heaps, stacks, buffers.</summary>
public static class ProcessMemory
{
    private const int Piece = 1 << 20;

    private const int MostGuard = 64 << 10;

    // Longer than any needle, so that a hit across the border of two blocks is complete in one of them.
    private const int Overlap = 256;

    /// <param name="process">The process id.</param>
    /// <param name="search">What to search for.</param>
    /// <returns>The hits with their addresses and about 64 surrounding bytes.</returns>
    /// <exception cref="InvalidOperationException">The memory cannot be read by this user.</exception>
    public static IReadOnlyList<Hit> Search(int process, SecretSearch search)
    {
        var hits = new List<Hit>();
        var buffer = new byte[Piece + Overlap];
        try
        {
            using var memory = File.OpenHandle($"/proc/{process}/mem");
            foreach (var (start, end, isStack) in Mappings(process))
            {
                for (var at = start; at < end; at += Piece)
                {
                    var length = Read(memory, buffer.AsSpan(0, (int)Math.Min(buffer.Length, end - at)), at);
                    var piece = buffer.AsSpan(0, length);
                    if (!piece.ContainsAnyExcept((byte)0))
                        continue;
                    search.ForEach(piece, (found, offset) =>
                    {
                        if (offset < Piece)
                            hits.Add(new Hit(found, isStack, at + offset, Around(buffer.AsSpan(0, length), offset)));
                    });
                }
            }
        }
        catch (UnauthorizedAccessException e)
        {
            throw new InvalidOperationException(
                $"The memory of process {process} cannot be read. This needs root, or the right to trace its own "
                    + "child processes.", e);
        }

        return hits;
    }

    private static int Read(Microsoft.Win32.SafeHandles.SafeFileHandle memory, Span<byte> into, long at)
    {
        try
        {
            return RandomAccess.Read(memory, into, at);
        }
        catch (IOException)
        {
            // Unmapped since the list was read, or owned by the kernel.
            return 0;
        }
    }

    private static string Around(ReadOnlySpan<byte> data, int offset) => string.Concat(
        data[Math.Max(0, offset - 32)..Math.Min(data.Length, offset + 64)].ToArray()
            .Select(b => b is >= 32 and < 127 ? (char)b : '.'));

    /// <summary>A stack has one or more inaccessible guard pages before it. The main thread's stack is named.</summary>
    private static IEnumerable<(long Start, long End, bool IsStack)> Mappings(int process)
    {
        var guardEnd = 0L;
        foreach (var line in File.ReadLines($"/proc/{process}/maps"))
        {
            var words = line.Split(' ', 6);
            var range = words[0].Split('-');
            var (start, end) = (Number(range[0]), Number(range[1]));
            if (words[1].StartsWith("rw", StringComparison.Ordinal))
                yield return (start, end, start == guardEnd || line.EndsWith("[stack]", StringComparison.Ordinal));
            if (words[1].StartsWith("---", StringComparison.Ordinal) && end - start <= MostGuard)
                guardEnd = end;
        }
    }

    private static long Number(string hex) => long.Parse(hex, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    /// <param name="Found">Name and form of the secret.</param>
    /// <param name="IsStack">Whether it is in a thread's stack, possibly of a thread that has ended.</param>
    /// <param name="Address">The address of the first byte.</param>
    /// <param name="Around">Printable characters around it.</param>
    public sealed record Hit(string Found, bool IsStack, long Address, string Around);
}
