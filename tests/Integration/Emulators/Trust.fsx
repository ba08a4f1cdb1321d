// Usage: dotnet fsi --quiet --exec Trust.fsx <address>. Prints the status of a GET with .NET's default trust.
let http = new System.Net.Http.HttpClient()
printfn "%d" (int (http.GetAsync(fsi.CommandLineArgs[1]).Result.StatusCode))
