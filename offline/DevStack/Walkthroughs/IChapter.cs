namespace AtpKeyserver.DevStack.Walkthroughs;

/// <summary>A few steps that show one thing.</summary>
internal interface IChapter
{
    string Title { get; }

    Task PlayAsync(Scene scene);
}
