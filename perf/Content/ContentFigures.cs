using AtpKeyserver.Perf.Support;

namespace AtpKeyserver.Perf.Content;

/// <summary>CPU time per call in microseconds, the medians of all rounds.</summary>
/// <param name="Name">What was called.</param>
/// <param name="Size">Bytes of plaintext.</param>
/// <param name="DotNet">The .NET client.</param>
/// <param name="Node">The TypeScript client in Node.</param>
/// <param name="Noble">The cipher of the TypeScript client alone.</param>
/// <param name="Ratio">The median of each round's ratio of Node to .NET.</param>
internal sealed record ContentFigures(
    string Name, int Size, double DotNet, double Node, double Noble, double Ratio)
{
    public static ContentFigures Of(
        string name, int size, IReadOnlyCollection<(double DotNet, double Node, double Noble)> rounds) =>
        new(
            name,
            size,
            Statistics.Median(rounds, round => round.DotNet),
            Statistics.Median(rounds, round => round.Node),
            Statistics.Median(rounds, round => round.Noble),
            Statistics.Median(rounds, round => round.Node / round.DotNet));

    public static void PrintHead() => Console.WriteLine(
        $"\n{"what",-14} {".NET µs",10} {"MB/s",8} {"Node µs",10} {"MB/s",8} {"ratio",8} {"noble µs",10} {"MB/s",8}");

    public void Print() => Console.WriteLine(
        $"{Name,-14} {DotNet,10:N1} {Rate(DotNet),8:N1} {Node,10:N1} {Rate(Node),8:N1} {Ratio,8:N1} "
        + $"{Noble,10:N1} {Rate(Noble),8:N1}");

    /// <summary>Million bytes of plaintext in a second of CPU time.</summary>
    private double Rate(double microseconds) => Size / microseconds;
}
