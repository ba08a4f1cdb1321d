using System.Text;
using AtpKeyserver.Tests.Fuzz.Coverage;
using AtpKeyserver.Tests.Support.Fuzzing;

namespace AtpKeyserver.Tests.Fuzz.Engine;

/// <summary>Mutates inputs and continues with those that reached new code.</summary>
internal sealed class Fuzzer(Target target, Dice dice, IReadOnlyList<string> words)
{
    private readonly List<byte[]> _pool = [];
    private readonly byte[] _seen = new byte[Trace.Size];
    private readonly List<byte[]> _discovered = [];

    /// <summary>Executions so far, including those of the corpus.</summary>
    public long Executions { get; private set; }

    public long Accepted { get; private set; }

    /// <summary>Inputs outside the corpus that reached something new.</summary>
    public IReadOnlyList<byte[]> Discovered => _discovered;

    /// <summary>Steps between blocks so far, in buckets by their count.</summary>
    public int Steps => _seen.Sum(buckets => System.Numerics.BitOperations.PopCount(buckets));

    /// <summary>
    /// Runs the corpus and then this many mutations; stops at the first fault and returns its description.
    /// </summary>
    public string? Run(int executions)
    {
        foreach (var (name, bytes) in Corpus.Read(target.Name))
        {
            if (Try(bytes, out _) is { } fault)
                return $"{name}: {fault}";
            _pool.Add(bytes);
        }

        if (_pool.Count == 0)
            _pool.Add([]);
        var mutator = new Mutator(dice, [.. target.Words.Concat(words).Select(Encoding.UTF8.GetBytes)]);
        for (var i = 0; i < executions; i++)
        {
            // The newest inputs have been used least.
            var parent = dice.Below(3) == 0
                ? _pool[^(1 + dice.Below(Math.Min(8, _pool.Count)))]
                : _pool[dice.Below(_pool.Count)];
            var input = mutator.Mutate(parent, _pool, target.MaxLength);
            if (Try(input, out var isNew) is { } fault)
            {
                var shortest = Execution.Shrink(target, input, fault);
                return $"{fault}\nThe input, also in "
                    + $"{Corpus.Keep("findings", target.Name, shortest)}:\n{Show(shortest)}";
            }

            if (isNew)
            {
                _pool.Add(input);
                _discovered.Add(input);
            }
        }

        return null;
    }

    private Exception? Try(byte[] input, out bool isNew)
    {
        Trace.Begin();
        var found = false;
        var (fault, accepted) = Execution.Try(target, input, () => found = IsNew());
        Executions++;
        if (accepted)
            Accepted++;
        isNew = found;
        return fault;
    }

    private bool IsNew()
    {
        var isNew = false;
        var steps = Trace.Steps.AsSpan();
        for (var at = steps.IndexOfAnyExcept((byte)0); at >= 0;)
        {
            var bucket = Bucket(steps[at]);
            isNew |= (_seen[at] & bucket) == 0;
            _seen[at] |= bucket;
            var next = steps[(at + 1)..].IndexOfAnyExcept((byte)0);
            at = next < 0 ? -1 : at + 1 + next;
        }

        return isNew;
    }

    /// <summary>Buckets: once, twice, three times, up to 7, 15, 31, 127, more often.</summary>
    private static byte Bucket(byte count) => count switch
    {
        <= 3 => (byte)(1 << (count - 1)),
        <= 7 => 8,
        <= 15 => 16,
        <= 31 => 32,
        <= 127 => 64,
        _ => 128,
    };

    private static string Show(byte[] input)
    {
        var text = new StringBuilder();
        foreach (var b in input.Take(2000))
            _ = b is >= 0x20 and < 0x7F ? text.Append((char)b) : text.Append("\\x").Append(b.ToString("x2", null));
        return text.ToString();
    }
}
