using AtpKeyserver.Tests.EndToEnd.Support.Counting;

namespace AtpKeyserver.Perf.Scaling;

/// <summary>A row of the table of calls.</summary>
internal sealed record CallFigures(string Name, string Line, CallCost? Later, CallCost? First);
