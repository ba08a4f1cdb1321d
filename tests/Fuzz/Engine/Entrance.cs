using System.Diagnostics;
using AtpKeyserver.Tests.Fuzz.Coverage;
using AtpKeyserver.Tests.Fuzz.Targets;

namespace AtpKeyserver.Tests.Fuzz.Engine;

/// <summary>
/// The entry point in <see cref="CoveredContext"/>: parameters and results only use types that both contexts share.
/// </summary>
public static class Entrance
{
    private static IReadOnlyList<string> _typeOfBlock = [];
    private static IReadOnlyList<string> _words = [];

    public static void Begin(IReadOnlyList<string> typeOfBlock, IReadOnlyCollection<string> words)
    {
        _typeOfBlock = typeOfBlock;
        _words = [.. words.Order(StringComparer.Ordinal)];
    }

    /// <param name="name">The name of the target.</param>
    /// <param name="seed">The seed; a target's own dice do not depend on what ran before.</param>
    /// <param name="executions">The number of mutations for a cheap target.</param>
    /// <param name="keep">Whether inputs that reached new code are written to artifacts/fuzz.</param>
    /// <returns>A line that starts with <c>ok</c>; otherwise the fault.</returns>
    public static string Run(string name, ulong seed, int executions, bool keep)
    {
        var target = AllTargets.Make(name);
        var fuzzer = new Fuzzer(target, new Dice(seed ^ HashOfName(name)), _words);
        var started = Stopwatch.GetTimestamp();
        Array.Clear(Coverage.Trace.Blocks);
        if (fuzzer.Run(executions / target.Cost) is { } fault)
            return fault;
        if (keep)
        {
            foreach (var input in fuzzer.Discovered)
                Corpus.Keep("new", name, input);
        }

        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var types = target.Covered.Select(type => type.FullName!).ToHashSet(StringComparer.Ordinal);
        var blocks = Enumerable.Range(0, _typeOfBlock.Count).Where(block => types.Contains(_typeOfBlock[block]))
            .ToList();
        var entered = blocks.Count(block => Coverage.Trace.Blocks[block]);
        return FormattableString.Invariant(
            $"ok {name}: {fuzzer.Executions} executions, {fuzzer.Accepted} accepted, ")
            + FormattableString.Invariant(
                $"{entered} of {blocks.Count} blocks, {fuzzer.Steps} steps, ")
            + FormattableString.Invariant(
                $"{fuzzer.Discovered.Count} new inputs, {seconds:F1} s");
    }

    private static ulong HashOfName(string name) =>
        name.Aggregate(14_695_981_039_346_656_037UL, (hash, c) => (hash ^ c) * 1_099_511_628_211UL);
}
