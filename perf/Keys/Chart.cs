using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Series;

namespace AtpKeyserver.Perf.Keys;

/// <summary>Draws points as an SVG file. The horizontal axis is logarithmic.</summary>
internal static class Chart
{
    private const double Width = 640;
    private const double Height = 360;

    public static void Write(string file, string across, string up, IReadOnlyList<Point> points)
    {
        var line = new LineSeries
        {
            Color = OxyColor.FromRgb(0x1f, 0x6f, 0xb4),
            MarkerType = MarkerType.Circle,
            MarkerSize = 4,
            LabelFormatString = "{1:#,0}",
        };
        line.Points.AddRange(points.Select(point => new DataPoint(point.Count, point.KeysPerSecond)));
        var model = new PlotModel
        {
            Background = OxyColors.White,
            DefaultFont = "sans-serif",
            Padding = new OxyThickness(16, 8, 32, 8),
        };
        model.Axes.Add(new LogarithmicAxis
        {
            Position = AxisPosition.Bottom,
            Title = across,
            AxisTitleDistance = 8,
            StringFormat = "#,0",
            Minimum = points[0].Count * 0.8,
            Maximum = points[^1].Count * 1.3,
        });
        model.Axes.Add(new LinearAxis
        {
            Position = AxisPosition.Left,
            Title = up,
            AxisTitleDistance = 20,
            StringFormat = "#,0",
            Minimum = 0,
            Maximum = points.Max(point => point.KeysPerSecond) * 1.15,
            MajorGridlineStyle = LineStyle.Solid,
            MajorGridlineColor = OxyColors.LightGray,
        });
        model.Series.Add(line);
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
        using var stream = File.Create(file);
        new SvgExporter { Width = Width, Height = Height }.Export(model, stream);
        Console.WriteLine(file);
    }
}
