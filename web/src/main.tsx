import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app';
import { takeGivenToken } from './credentials';
import './styles.css';
import { toolAt } from './tools/address';
import { ToolPage } from './tools/tool-page';

const root = document.getElementById('root');
if (root === null) throw new Error('The page has no root element.');
takeGivenToken();
const tool = toolAt(window.location.pathname);
createRoot(root).render(<StrictMode>{tool === undefined ? <App /> : <ToolPage tool={tool} />}</StrictMode>);
