using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace AtpKeyserver.Tests.EndToEnd.Histories;

/// <summary>Why a history is not linearizable.</summary>
/// <param name="Last">The first impossible response.</param>
/// <param name="Reasons">
/// The possible states of the group, each with the expected response; or what is wrong with the key.
/// </param>
/// <param name="Prefix">The shortest prefix of the history that is not linearizable.</param>
public sealed record Violation(Operation Last, IReadOnlyList<string> Reasons, IReadOnlyList<Operation> Prefix)
{
    public override string ToString()
    {
        var text = new StringBuilder();
        text.AppendLine(
            CultureInfo.InvariantCulture, $"No order explains the last response of these {Prefix.Count} operations:");
        foreach (var operation in Prefix)
            text.AppendLine(Line(operation));
        text.AppendLine("It is this one:").AppendLine(Line(Last)).AppendLine("All others explained, there could be:");
        foreach (var reason in Reasons)
            text.AppendLine(CultureInfo.InvariantCulture, $"  {reason}");
        return text.ToString();
    }

    private string Line(Operation operation)
    {
        var end = operation.Reply.IsKnown
            ? string.Create(CultureInfo.InvariantCulture, $"{Milliseconds(operation.Returned),10:F3}")
            : "         ?";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Milliseconds(operation.Invoked),10:F3} - {end} ms  instance {operation.Instance}  "
                + $"{operation.Question,-44} {operation.Reply} {operation.Key}");
    }

    private double Milliseconds(long time) => (time - Prefix[0].Invoked) * 1000.0 / Stopwatch.Frequency;
}
