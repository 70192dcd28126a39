"""Sources that are kept in step: folders, feeds, sitemaps, pages with links, mailboxes. See docs/articles.md."""
